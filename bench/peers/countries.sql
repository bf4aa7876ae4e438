-- Where addresses are, made once and kept in a database file, as trawl's tables
-- are compiled by its build. An address is a number of 128 bits, IPv4 as
-- ::ffff:a.b.c.d.

CREATE MACRO ipv4_number(text) AS
    split_part(text, '.', 1)::UHUGEINT * 16777216
    + split_part(text, '.', 2)::UINTEGER * 65536
    + split_part(text, '.', 3)::UINTEGER * 256
    + split_part(text, '.', 4)::UINTEGER + 281470681743360;

CREATE MACRO words_of(text) AS
    CASE WHEN text = '' THEN [] ELSE string_split(text, ':') END;

CREATE MACRO all_words(head, tail) AS
    head || list_resize([]::VARCHAR[], 8 - len(head) - len(tail), '0') || tail;

CREATE MACRO ipv6_number(text) AS list_reduce(
    list_transform(
        all_words(words_of(split_part(text, '::', 1)),
                  words_of(split_part(text, '::', 2))),
        lambda word: ('0x' || word)::UINTEGER::UHUGEINT),
    lambda number, word: number * 65536 + word);

CREATE MACRO address_number(text) AS
    CASE WHEN contains(text, '.') THEN ipv4_number(text)
         ELSE ipv6_number(text) END;

CREATE TABLE ranges AS
SELECT low, high, code FROM (
    SELECT column0::UHUGEINT + 281470681743360 AS low,
           column1::UHUGEINT + 281470681743360 AS high, column2 AS code
    FROM read_csv('{{geoip}}', header = false, comment = '#', all_varchar = true)
    UNION ALL
    SELECT ipv6_number(column0), ipv6_number(column1), column2
    FROM read_csv('{{geoip}}6', header = false, comment = '#', all_varchar = true))
WHERE code NOT IN ('??', 'AP', 'EU')
ORDER BY low;

CREATE TABLE reserved AS
SELECT address_number(network) AS low,
       low + ((1::UHUGEINT << (CASE WHEN contains(network, '.') THEN 32
                               ELSE 128 END - bits)::UHUGEINT) - 1) AS high
FROM (VALUES
    ('0.0.0.0', 8), ('10.0.0.0', 8), ('100.64.0.0', 10), ('127.0.0.0', 8),
    ('169.254.0.0', 16), ('172.16.0.0', 12), ('192.0.0.0', 24),
    ('192.0.2.0', 24), ('192.88.99.0', 24), ('192.168.0.0', 16),
    ('198.18.0.0', 15), ('198.51.100.0', 24), ('203.0.113.0', 24),
    ('224.0.0.0', 4), ('240.0.0.0', 4), ('::', 128), ('::1', 128),
    ('64:ff9b::', 96), ('64:ff9b:1::', 48), ('100::', 64), ('2001::', 23),
    ('2001:db8::', 32), ('2002::', 16), ('3fff::', 20), ('5f00::', 16),
    ('fc00::', 7), ('fe80::', 10), ('ff00::', 8)) AS networks(network, bits);
