# SPDX-License-Identifier: ISC
"""Lines as each log's own documentation and sources have them, and what they say. Each case is
(preset, whether the content tells it, the lines, what each line is): None for a line that is passed
over, a reason for one that is not understood, else some of the fields of its event."""
import base64


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def message(name, qtype=1, rdata=b"\xc0\0\2\1", ident=0x1234):
    """An answer with one record."""
    return (ident.to_bytes(2, "big") + bytes.fromhex("81800001000100000000") + wire_name(name) +
            qtype.to_bytes(2, "big") + b"\0\1\xc0\x0c" + qtype.to_bytes(2, "big") +
            b"\0\1\0\0\0\x3c" + len(rdata).to_bytes(2, "big") + rdata)


def question(name, qtype=1, ident=0x1234):
    return (ident.to_bytes(2, "big") + bytes.fromhex("01000001000000000000") + wire_name(name) +
            qtype.to_bytes(2, "big") + b"\0\1")


def asks(name, qtype="A", client="10.0.0.7", **more):
    return {"direction": "query", "name": name, "type": qtype, "client": client, **more}


def both(name, qtype="A", client="10.0.0.7", rcode=0, **more):
    return {"direction": "query and response", "name": name, "type": qtype, "client": client,
            "rcode": rcode, **more}


def answers(name, qtype="A", client="10.0.0.7", **more):
    return {"direction": "response", "name": name, "type": qtype, "client": client, **more}


AT = "2026-01-02T03:04:05.000Z"
A = [{"type": "A", "ttl": 0, "data": "192.0.2.1"}]

CASES = [
    ("dnsmasq", True, [
        ("Jan  2 03:04:05 dnsmasq[1234]: query[A] www.Example.com from 10.0.0.7",
         asks("www.Example.com", time=AT, case_known=True)),
        ("Jan  2 03:04:05 dnsmasq[1234]: query[type=65399] x.example.com from 2001:db8::7",
         asks("x.example.com", "PRIVATE", "2001:db8::7")),
        ("Jan  2 03:04:05 dnsmasq[1234]: forwarded www.example.com to 192.0.2.53", None),
        ("Jan  2 03:04:05 dnsmasq[1234]: reply www.example.com is 192.0.2.1", None),
        ("Jan  2 03:04:05 dnsmasq[1234]: gravity blocked ads.example.com is 0.0.0.0", None),
        ("Jan  2 03:04:05 dnsmasq-dhcp[1234]: DHCPACK(br0) 10.0.0.7 52:54:00:12:34:56 host", None),
        ("Jan  2 03:04:05 dnsmasq[1234]: 17 10.0.0.7/45678 query[TXT] a.example.org from 10.0.0.7",
         asks("a.example.org", "TXT")),
        ("Jan  2 03:04:05 dnsmasq[1234]: 17 10.0.0.7/45678 reply a.example.org is 192.0.2.1",
         answers("a.example.org", client_port=45678, answers=A)),
        ("Jan  2 03:04:05 dnsmasq[1234]: 17 10.0.0.7/45678 cached a.example.org is <CNAME>",
         answers("a.example.org", "TYPE0", answers=[{"type": "CNAME", "ttl": 0, "data": ""}])),
        ("Jan  2 03:04:05 dnsmasq[1234]: 17 10.0.0.7/45678 reply no.example.org is NXDOMAIN",
         answers("no.example.org", "TYPE0", rcode=3)),
        ("Jan  2 03:04:05 gate dnsmasq[1234]: query[AAAA] a.example.org from fe80::1%br0",
         asks("a.example.org", "AAAA", "fe80::1")),
        ("<30>1 2026-01-02T04:04:05+01:00 gate dnsmasq 1234 - - query[A] a.example.org "
         "from 10.0.0.7", asks("a.example.org", time=AT)),
        ('{"@timestamp":"2026-01-02T03:04:05Z","message":"dnsmasq[1]: query[A] b.example.org '
         'from 10.0.0.7"}', asks("b.example.org", time=AT)),
        ('{"_raw":"Jan  2 03:04:05 gate dnsmasq[1]: query[A] c.example.org from 10.0.0.7"}',
         asks("c.example.org", time=AT)),
        ("Jan  2 03:04:05 dnsmasq[1234]: query[A] www.example.com from nobody", "line-address"),
        ("dnsmasq[1234]: query[A] www.example.com from 10.0.0.7", "line-time"),
    ]),
    ("bind", True, [
        ("02-Jan-2026 03:04:05.250 queries: info: client @0x7f3c10 10.0.0.7#53124 "
         "(www.example.com): query: www.example.com IN A +E(0)K (10.0.0.53)",
         asks("www.example.com", time="2026-01-02T03:04:05.250Z", client_port=53124,
              server="10.0.0.53", case_known=True)),
        ("02-Jan-2026 03:04:05.250 client 10.0.0.7#53124 (a.example.com): view inside: query: "
         "a.example.com IN TXT +T (10.0.0.53)", asks("a.example.com", "TXT")),
        ("02-Jan-2026 03:04:05.250 client 10.0.0.7#53124: query: b.example.com IN NULL -",
         asks("b.example.com", "NULL")),
        ("2026-01-02T03:04:05.000Z queries: info: client @0x1 2001:db8::7#5 (c.example.com): "
         "query: c.example.com IN TYPE65399 + (2001:db8::53) [ECS 198.51.100.0/24/0]",
         asks("c.example.com", "PRIVATE", "2001:db8::7", time=AT)),
        ("Jan  2 03:04:05 ns1 named[77]: client @0x1 10.0.0.7#5 (a\\032b.example.com): query: "
         "a\\032b.example.com IN A + (10.0.0.53)", asks("a\\032b.example.com", time=AT)),
        ("02-Jan-2026 03:04:05.250 general: info: all zones loaded", None),
        ("02-Jan-2026 03:04:05.250 client 10.0.0.7: query: renamed", "line-fields"),
    ]),
    ("unbound", True, [
        ("[1767323045] unbound[1234:0] info: 10.0.0.7 www.example.com. A IN",
         asks("www.example.com", time=AT, case_known=False)),
        ("[1767323045] unbound[1234:0] info: 10.0.0.7 www.example.com. A IN NOERROR 0.034 0 56",
         both("www.example.com", time=AT)),
        ("[1767323045] unbound[1234:0] query: 2001:db8::7 a.example.com. TXT IN",
         asks("a.example.com", "TXT", "2001:db8::7")),
        ("[1767323045] unbound[1234:0] reply: 10.0.0.7 a.example.com. TXT IN NXDOMAIN 0.1 1 56",
         both("a.example.com", "TXT", rcode=3)),
        ("Jan 02 03:04:05 unbound[1234:0] info: 10.0.0.7 b.example.com. A IN",
         asks("b.example.com", time=AT)),
        ("Jan  2 03:04:05 gate unbound[1234]: [1234:0] info: 10.0.0.7 c.example.com. A IN",
         asks("c.example.com", time=AT)),
        ("[1767323045] unbound[1234:0] info: start of service (unbound 1.17.1).", None),
        ("[1767323045] unbound[1234:0] info: resolving www.example.com. A IN", None),
        ("[1767323045] unbound[1234:0] notice: init module 0: validator", None),
        ("[1767323045] unbound[1234:0] info: something else", "line-fields"),
    ]),
    ("route53", True, [
        ('{"version":"1.100000","account_id":"123456789012","region":"eu-central-1",'
         '"vpc_id":"vpc-1","query_timestamp":"2026-01-02T03:04:05Z","query_name":'
         '"www.example.com.","query_type":"A","query_class":"IN","rcode":"NOERROR","answers":'
         '[{"Rdata":"192.0.2.1","Type":"A","Class":"IN"}],"srcaddr":"10.0.0.7","srcport":"41234",'
         '"transport":"UDP","srcids":{"instance":"i-1"}}',
         both("www.example.com", time=AT, transport="udp", client_port=41234, answers=A)),
        ('{"version":"1.100000","query_timestamp":"2026-01-02T03:04:05Z","query_name":'
         '"no.example.com.","query_type":"TXT","query_class":"IN","rcode":"NXDOMAIN","answers":'
         '[],"srcaddr":"10.0.0.7","srcport":"41234","transport":"TCP"}',
         both("no.example.com", "TXT", rcode=3, transport="tcp")),
        ('2026-01-02T03:04:06.000Z {"query_timestamp":"2026-01-02T03:04:05Z","query_name":'
         '"t.example.com.","query_type":"TXT","query_class":"IN","rcode":"NOERROR","answers":'
         '[{"Rdata":"ab","Type":"TXT","Class":"IN"}],"srcaddr":"10.0.0.7"}',
         both("t.example.com", "TXT", time=AT,
              answers=[{"type": "TXT", "ttl": 0, "data": "026162"}])),
        ('{"query_timestamp":"2026-01-02T03:04:05Z","srcaddr":"10.0.0.7"}', "line-fields"),
        ('{"query_timestamp":"2026-01-02T03:04:05Z","query_name":"a.', "json-syntax"),
    ]),
    ("dnsevents", True, [
        ("TimeGenerated [UTC],Computer,SubType,ClientIP,Name,QueryType,ResultCode,IPAddresses",
         "header"),
        ('"1/2/2026, 3:04:05.000 AM",dc1,LookupQuery,10.0.0.7,www.example.com,A,0,192.0.2.1',
         both("www.example.com", time=AT, answers=A)),
        ('"1/2/2026, 3:04:05.000 PM",dc1,LookupQuery,10.0.0.7,no.example.com,TXT,3,',
         both("no.example.com", "TXT", rcode=3, time="2026-01-02T15:04:05.000Z")),
        ('"1/2/2026, 3:04:05.000 AM",dc1,LookupQuery,10.0.0.7,m.example.com,A,0,'
         '"192.0.2.1, 192.0.2.2"', both("m.example.com", answers=[
             A[0], {"type": "A", "ttl": 0, "data": "192.0.2.2"}])),
        ('"1/2/2026, 3:04:05.000 AM",dc1,DynamicRegistration,10.0.0.7,pc.corp.example,A,0,', None),
        ('"1/2/2026, 3:04:05.000 AM",dc1,LookupQuery,,www.example.com,A,0,', "line-address"),
    ]),
    ("dnsevents", True, [
        ('{"TimeGenerated":"2026-01-02T03:04:05Z","Computer":"dc1","SubType":"LookupQuery",'
         '"ClientIP":"10.0.0.7","Name":"www.example.com","QueryType":"A","ResultCode":0,'
         '"IPAddresses":"192.0.2.1"}', both("www.example.com", time=AT, answers=A)),
    ]),
    ("asim", True, [
        ("TimeGenerated,EventType,EventSubType,SrcIpAddr,SrcPortNumber,DstIpAddr,DnsQuery,"
         "DnsQueryType,DnsQueryTypeName,DnsResponseCode,NetworkProtocol,TransactionIdHex",
         "header"),
        ("2026-01-02T03:04:05Z,Query,response,10.0.0.7,41234,10.0.0.53,www.example.com,1,A,0,UDP,"
         "0x1234", both("www.example.com", time=AT, id=0x1234, server="10.0.0.53",
                        transport="udp")),
        ("2026-01-02T03:04:05Z,Query,request,10.0.0.7,41234,10.0.0.53,a.example.com,16,,0,TCP,",
         asks("a.example.com", "TXT", transport="tcp")),
    ]),
    ("asim", True, [
        ('{"TimeGenerated":"2026-01-02T03:04:05Z","EventType":"Query","SrcIpAddr":"10.0.0.7",'
         '"DnsQuery":"a.example.com","DnsQueryTypeName":"TXT","DnsResponseCodeName":"NXDOMAIN"}',
         both("a.example.com", "TXT", rcode=3)),
    ]),
    ("windows-debug", True, [
        ("1/2/2026 3:04:05 AM 0B34 PACKET  000000D5E9A7B5E0 UDP Rcv 10.0.0.7        5b47   "
         "Q [0001   D   NOERROR] A      (3)www(7)Example(3)com(0)",
         asks("www.Example.com", time=AT, id=0x5b47, transport="udp", case_known=True)),
        ("1/2/2026 3:04:05 AM 0B34 PACKET  000000D5E9A7B5E0 UDP Snd 10.0.0.7        5b47 R "
         "Q [8385 A DR NXDOMAIN] A      (3)www(7)example(3)com(0)",
         answers("www.example.com", rcode=3)),
        ("1/2/2026 3:04:05 AM 0B34 PACKET  000000D5E9A7B5E0 UDP Snd 192.0.2.53      5b48   "
         "Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)", None),
        ("1/2/2026 3:04:05 AM 0B34 PACKET  000000D5E9A7B5E0 UDP Rcv 192.0.2.53      5b48 R "
         "Q [8081   DR  NOERROR] A      (3)www(7)example(3)com(0)", None),
        ("13/2/2026 03:04:05 0B34 PACKET  000000D5E9A7B5E0 TCP Rcv 2001:db8::7     5b47   "
         "Q [0001   D   NOERROR] TXT    (3)a.b(7)example(3)com(0)",
         asks("a\\.b.example.com", "TXT", "2001:db8::7", time="2026-02-13T03:04:05.000Z",
              transport="tcp")),
        ("02.01.2026 03:04:05 0B34 PACKET  000000D5E9A7B5E0 UDP Rcv 10.0.0.7        5b47   "
         "Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)", asks("www.example.com", time=AT)),
        ("20260102 03:04:05 0B34 PACKET  000000D5E9A7B5E0 UDP Rcv 10.0.0.7        5b47   "
         "Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)", asks("www.example.com", time=AT)),
        ("1/2/2026 3:04:05 AM 0B34 PACKET  000000D5E9A7B5E0 UDP Rcv 10.0.0.7        5b49   "
         "U [0028       NOERROR] SOA    (4)corp(7)example(0)", None),
        ("DNS Server log file creation at 1/2/2026 3:00:00 AM", None),
    ]),
    ("windows-debug-dmy", False, [
        ("2/1/2026 03:04:05 0B34 PACKET  000000D5E9A7B5E0 UDP Rcv 10.0.0.7        5b47   "
         "Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)", asks("www.example.com", time=AT)),
    ]),
    ("windows-analytical", True, [
        ('{"@timestamp":"2026-01-02T03:04:05.000Z","winlog":{"event_id":256,"event_data":{"TCP":'
         '"0","InterfaceIP":"10.0.0.53","Source":"10.0.0.7","RD":"1","QNAME":"www.example.com.",'
         '"QTYPE":"1","XID":"4660","Port":"41234","PacketData":"0x%s"}}}' % question("wwW.example.com").hex(),
         asks("wwW.example.com", time=AT, id=0x1234, transport="udp", server="10.0.0.53")),
        ('{"@timestamp":"2026-01-02T03:04:05.000Z","winlog":{"event_id":257,"event_data":{"TCP":'
         '"1","InterfaceIP":"10.0.0.53","Destination":"10.0.0.7","QNAME":"www.example.com.",'
         '"QTYPE":"1","XID":"4660","RCODE":"0","PacketData":"0x%s"}}}' % message("www.example.com").hex(),
         answers("www.example.com", rcode=0, transport="tcp",
                 answers=[{"type": "A", "ttl": 60, "data": "192.0.2.1"}])),
        ('{"EventTime":"2026-01-02T03:04:05.000Z","EventID":256,"Source":"10.0.0.7","QNAME":'
         '"a.example.com.","QTYPE":"16"}', asks("a.example.com", "TXT")),
        ('{"@timestamp":"2026-01-02T03:04:05.000Z","winlog":{"event_id":260,"event_data":{'
         '"Destination":"192.0.2.53","QNAME":"www.example.com."}}}', None),
    ]),
    ("sysmon", True, [
        ('{"@timestamp":"2026-01-02T03:04:06.000Z","host":{"ip":["fe80::1","10.0.0.7"]},"winlog":'
         '{"event_id":22,"event_data":{"UtcTime":"2026-01-02 03:04:05.000","ProcessId":"77",'
         '"QueryName":"www.example.com","QueryStatus":"0","QueryResults":'
         '"type:  5 alias.example.net;::ffff:192.0.2.1;","Image":"C:\\\\x.exe"}}}',
         {"direction": "query and response", "name": "www.example.com", "client": "10.0.0.7",
          "time": AT, "answers": [{"type": "CNAME", "ttl": 0, "data": "alias.example.net"}, A[0]]}),
        ('{"@timestamp":"2026-01-02T03:04:06.000Z","host":{"ip":["10.0.0.7"]},"winlog":'
         '{"event_id":3,"event_data":{"DestinationIp":"192.0.2.1"}}}', None),
    ]),
    ("adguard", True, [
        ('{"T":"2026-01-02T04:04:05.000000001+01:00","QH":"www.example.com","QT":"A","QC":"IN",'
         '"CP":"","Upstream":"https://192.0.2.53/dns-query","Answer":"%s","IP":"10.0.0.7",'
         '"Result":{},"Elapsed":1984088}' % base64.b64encode(message("www.Example.com")).decode(),
         both("www.Example.com", time=AT, id=0x1234,
              answers=[{"type": "A", "ttl": 60, "data": "192.0.2.1"}])),
        ('{"T":"2026-01-02T03:04:05Z","QH":"a.example.com","QT":"TXT","QC":"IN","CP":"doh",'
         '"IP":"10.0.0.7","Result":{"IsFiltered":true}}',
         asks("a.example.com", "TXT", transport="doh")),
        ('{"T":"2026-01-02T03:04:05Z","QH":"a.example.com","QT":"TXT","QC":"IN","CP":"",'
         '"Answer":"!!","IP":"10.0.0.7"}', asks("a.example.com", "TXT")),
    ]),
    ("umbrella", True, [
        ('"2026-01-02 03:04:05","Host","Host,Site,Network","10.0.0.7","24.123.132.133","Allowed",'
         '"1 (A)","NOERROR","www.example.com.","Photo Sharing","AD User","AD User,Site",""',
         both("www.example.com", time=AT)),
        ('"2026-01-02 03:04:05","Host","Host,Site,Network","","198.51.100.7","Blocked",'
         '"16 (TXT)","NXDOMAIN","a.example.com.","Chat,Photo Sharing"',
         both("a.example.com", "TXT", "198.51.100.7", rcode=3)),
    ]),
    ("cloudflare-gateway", True, [
        ('{"Datetime":"2026-01-02T03:04:05Z","QueryName":"www.example.com","QueryType":1,'
         '"QueryTypeName":"A","RCode":0,"SrcIP":"10.0.0.7","SrcPort":41234,"DstIP":"172.64.36.1",'
         '"DstPort":443,"Protocol":"https","ResolvedIPs":["192.0.2.1"]}',
         both("www.example.com", time=AT, transport="doh", server_port=443, answers=A)),
    ]),
    ("packetbeat", True, [
        ('{"@timestamp":"2026-01-02T03:04:05.000Z","type":"dns","client":{"ip":"10.0.0.7",'
         '"port":41234},"server":{"ip":"10.0.0.53","port":53},"network":{"transport":"udp"},'
         '"dns":{"id":4660,"question":{"name":"www.example.com","type":"A","class":"IN"},'
         '"response_code":"NOERROR","type":"answer","answers":[{"name":"www.example.com",'
         '"class":"IN","type":"A","data":"192.0.2.1","ttl":"60"}]}}',
         both("www.example.com", time=AT, id=4660, transport="udp",
              answers=[{"type": "A", "ttl": 60, "data": "192.0.2.1"}])),
        ('{"@timestamp":"2026-01-02T03:04:05.000Z","source.ip":"10.0.0.7","destination.ip":'
         '"10.0.0.53","dns.question.name":"a.example.com","dns.question.type":"TXT",'
         '"dns.type":"query"}', asks("a.example.com", "TXT", server="10.0.0.53")),
    ]),
    ("google-cloud-dns", True, [
        ('{"insertId":"1","jsonPayload":{"sourceIP":"10.0.0.7","protocol":"UDP","queryName":'
         '"www.example.com.","queryType":"A","responseCode":"NOERROR","rdata":'
         '"www.example.com.\\t300\\tIN\\ta\\t192.0.2.1","vmInstanceId":1},"logName":'
         '"projects/p/logs/dns.googleapis.com%2Fdns_queries","timestamp":"2026-01-02T03:04:05Z"}',
         both("www.example.com", time=AT, transport="udp")),
    ]),
    ("coredns", True, [
        ('{"log":"[INFO] 10.0.0.7:41234 - 4660 \\"A IN www.example.com. udp 45 false 512\\" '
         'NOERROR qr,rd,ra 106 0.001s\\n","stream":"stdout","time":"2026-01-02T03:04:05Z"}',
         both("www.example.com", time=AT, id=4660, client_port=41234, transport="udp")),
        ('2026-01-02T03:04:05Z [INFO] [2001:db8::7]:41234 - 4660 "TXT IN a.example.com. tcp 45 '
         'false 65535" NXDOMAIN qr,rd,ra 106 0.001s',
         both("a.example.com", "TXT", "2001:db8::7", rcode=3, transport="tcp")),
        ("2026-01-02T03:04:05Z [INFO] plugin/reload: Running configuration SHA512 = 1", None),
    ]),
]
