"""Endings of names in the internet: a text with `example.com` in it has an address in it, one with `e.g` has none.

All endings of two letters, and the longer ones that are in common use; also `test`, which stands
for them all in examples.
"""

from __future__ import annotations

COUNTRIES = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg
ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi
gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw
ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng
ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm
sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf
ws ye yt za zm zw
"""
GENERIC = """
com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat asia post xxx arpa
academy accountant actor agency apartments app art associates attorney auction audio auto baby band bank bar barcelona
bargains beauty beer berlin best bet bible bid bike bingo bio black blog blue boats boo book boutique box build builders
business buzz cab cafe cam camera camp capital car cards care career careers cars casa cash casino catering center ceo
charity chat cheap church city cleaning click clinic clothing cloud club coach codes coffee college community company
computer condos construction consulting contact contractors cooking cool country coupons courses credit cricket cruises
dance data date dating day deals degree delivery democrat dental dentist design dev diamonds diet digital direct
directory discount doctor dog domains download earth eco education email energy engineer engineering enterprises
equipment estate events exchange expert exposed express fail faith family fan fans farm fashion film finance financial
fish fit fitness flights florist flowers foo football forsale forum foundation fun fund furniture fyi gallery game games
garden gay gift gifts gives glass global gold golf google graphics gratis green gripe group guide guitars guru hair
hamburg haus health healthcare help here hiphop hockey holdings holiday homes horse hospital host hosting hot house how
ice immo inc industries ink institute insure international investments irish ist istanbul jetzt jewelry kaufen kim
kitchen koeln land lat lawyer lease legal lgbt life lighting limited limo link live llc loan loans lol london love ltd
luxe luxury maison makeup management market marketing markets mba media memorial men menu miami mom money monster
mortgage motorcycles mov movie moscow navy network new news ninja nyc observer one online ooo organic page paris
partners parts party pet photo photography photos pics pictures pink pizza place plumbing plus poker press productions
promo properties property protection pub racing realty recipes red rehab reisen rent rentals repair report republican
rest restaurant review reviews rich rip rocks rodeo rsvp run saarland sale salon sarl school schule science security
select services sex sexy shoes shop shopping show singles site ski skin soccer social software solar solutions soy space
sport spot storage store stream studio study style sucks supplies supply support surf surgery sydney systems tattoo tax
taxi team tech technology tennis test theater tickets tienda tips tires today tokyo tools top tours town toys trade
trading training tube university uno vacations vegas ventures versicherung vet viajes video villas vin vip vision vodka
vote voyage wales wang watch webcam website wedding wien wiki win wine work works world wtf xyz yachts yoga zone zip
"""
NATIONAL = "рф рус укр бел срб мкд қаз ею 中国 中國 香港 台灣 台湾 한국 भारत ไทย ελ ευ გე السعودية امارات مصر みんな"
KNOWN = frozenset((COUNTRIES + GENERIC + NATIONAL).split())


def is_known(ending: str) -> bool:
    return ending.lower() in KNOWN or ending.lower().startswith("xn--")
