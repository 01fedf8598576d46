"""我的数据: everything that is kept about a person, gathered for them alone (个人信息保护法 第四十五条)."""
