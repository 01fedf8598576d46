from zhicheng.cli import main

main()
