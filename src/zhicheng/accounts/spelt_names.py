"""What people are called, spelt in Latin letters: several names one after the other are no password."""

from __future__ import annotations

# The hundred most frequent surnames and the usual double ones.
SURNAMES = frozenset(
    """
    bai cai cao chang chen cheng cui deng ding dong dongfang du duan fan fang feng fu gao gongsun gu guo han hao he hou hu
    huang huangfu jia jiang jin kang kong lai lei li lian liang liao lin linghu liu long lu luo lv ma mao meng murong
    nangong ouyang pan peng qian qin qiu ren shangguan shao shen shi sima situ song su sun tan tang tao tian tu wan wang wei
    wen wu xia xiahou xiao xie xiong xu xue yan yang yao ye yin yu yuan yuwen zeng zhang zhangsun zhao zheng zhou zhu zhuge
    zou
    """.split()  # noqa: SIM905 - one name a line would be hundreds of lines
)

# What people of this prefecture are called, in the spelling of their documents; two or three of them are a name.
GIVEN = frozenset(
    """
    abdulla abdurahman adalet ahmat alim almagul amangul anargul arman askar aygul aynur bahtigul bahtiyar batur bayrta berik
    dilnaz ekber elzat erbol gulbahram gulnaz gulzar guzel hairat halmurat janar jurat kamil kurban mahmut mehray mirzat muhtar
    nurgul nurlan nursultan parida patigul rahman reyhan rishat roza rozigul sabit sadat sarsen serik shohrat tursun
    yalkun yerlan zaynura zulhumar zumrat
    abai abdu abdureyim abduwali ablimit abudu abula adili aierken aihemaiti aili aimaiti ainiwaer aishan akbar alifu
    alimjan alimu alitanguli amina anaerguli asiya ayguli ayi ayiguli ayinuer ayixiamu ayshe azati bahadeer baheti baolaiti
    bateer batu batuer bayaer buhe dawuti dilinaer dilnur dilshat duolikun erdeni erkin gaowa gulbahar guli gulimire
    gulinaer gulinur gulnar gulnisa halike hamiti haoxi hasan hasanjiang hasiyeti jiayina jumahan kadier kailibinuer kamili
    kulexi maimaiti mamat mayila mehmet menggen muhemaiti mukadaisi munire muradili mutalifu nabi naren nijiati nuerbieke
    nuerguli nurbol nurmaimaiti paerhati patiguli patiman qimuge qiqige rehemaiti reheman rena renaguli rexiti reyihan
    sabiti saiyana salima shabuer shalihan shamixi sitinguli sulitan tohti tuersun tuerxun tuoheti tuohutaxun wumaier
    wusiman xiaokaiti xirali yiliyasi yiming yimiti yusufu yusup zulfiya zulipiya zunong
    mihrigul mihray mihriban guzelnur guzel aynigar arzugul dilber gulmira gulshan hurshida maynur meryem minawar nurimangul
    perhat raziya ramila tursunay turghun turdi memet memetjan abliz ablajan adiljan dilmurat enwer ilham imin ismayil kerim
    osman polat qurban semet tahir yasin yusuf
    aidana aigerim aigul ainur aizhan ayjan ayzhan ardak askhat azamat bakyt bauyrzhan bolat daniyar dauren erjan erzhan gulnara
    janibek kairat madina marat murat nurbek nurjan nurzhan saule talgat zhanar zhanibek
    altan altangerel batubayar bayar enkhbayar gerel narangerel naranbayar oyun oyuna sarangerel sarnai saran sarna togtoh tuya
    wuyunqimuge
    """.split()  # noqa: SIM905 - one name a line would be hundreds of lines
)
