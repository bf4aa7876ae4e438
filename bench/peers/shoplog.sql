-- The seven reports of trawl in SQL, for DuckDB (bench/parse). Right for what
-- loggen writes; two checks are shorter than trawl's: an IPv6 address is known by
-- its characters, and one written in two ways is two.

-- A regular expression without groups says which lines fit (with groups it takes
-- six times as long), blanks cut them, and each target is looked at once however
-- often it occurs. A line that is no UTF-8 is in reject_errors.

CREATE TEMP MACRO number_of(text) AS
    CASE WHEN regexp_full_match(text, '[0-9]+') THEN try_cast(text AS UBIGINT) END;

CREATE TEMP TABLE lines AS
WITH texts AS (
    SELECT row_number() OVER () AS n, line
    FROM read_csv('{{log}}', columns = {'line': 'VARCHAR'}, delim = E'\x02',
                  quote = '', escape = '', header = false, auto_detect = false,
                  strict_mode = false, store_rejects = true,
                  max_line_size = 16777216, buffer_size = 134217728)
    WHERE line <> ''
), fields AS (
    SELECT n,
           CASE WHEN strlen(line) <= 65536 AND regexp_matches(line,
               '^[ \t]*[^\x00-\x20\x7f]+[ \t]+\|[ \t]+'
               || '[0-9]{4}-[0-9]{2}-[0-9]{2}[ \t]+'
               || '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][ \t]+'
               || '\[[^\x00-\x20\x7f]*\][ \t]+[^\x00-\x20\x7f]*:[ \t]+'
               || '((::ffff:)?((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}'
               || '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
               || '|[0-9a-f]*:[0-9a-f:]*)[ \t]+'
               || '[A-Za-z][A-Za-z0-9+.-]*://[^/?#\x00-\x20\x7f]+'
               || '([/?#][^\x00-\x20\x7f]*)?[ \t]*\r?$')
           THEN list_filter(string_split(
               CASE WHEN contains(line, E'\t') OR suffix(line, E'\r')
                    THEN translate(line, E'\t\r', '  ') ELSE line END, ' '),
               lambda field: field <> '') END AS field
    FROM texts
)
SELECT n, field[3] || 'T' || field[4][1:2] AS hour,
       replace(field[7], '::ffff:', '') AS address, field[8] AS url
FROM fields;

CREATE TEMP TABLE targets AS
WITH parts AS (
    SELECT url, split_part(url, '#', 1) AS whole,
           list_filter(string_split(split_part(whole, '?', 1), '/'),
                       lambda part: part <> '') AS path
    FROM (SELECT DISTINCT url FROM lines WHERE url IS NOT NULL)
), texts AS (
    SELECT url, path[3] AS first, path[4] AS second,
           len(path) AS depth,
           CASE WHEN first IN ('cart', 'pay') AND depth = 3
                THEN '&' || split_part(whole, '?', 2) END AS query
    FROM parts
), numbers AS (
    SELECT *, number_of(regexp_extract(query, '&goods_id=([^&]*)', 1)) AS goods,
           number_of(regexp_extract(query, '&amount=([^&]*)', 1)) AS amount,
           number_of(regexp_extract(query, '&user_id=([^&]*)', 1)) AS user,
           number_of(CASE WHEN starts_with(first, 'success_pay_') THEN first[13:]
                     ELSE regexp_extract(query, '&cart_id=([^&]*)', 1) END)
               AS cart
    FROM texts
)
SELECT url, row_number() OVER () AS target,
       CASE WHEN depth = 2 THEN 'home'
            WHEN first IN ('cart', 'pay') THEN
                CASE WHEN depth = 3 AND cart IS NOT NULL AND (
                          first = 'cart' AND amount IS NOT NULL
                                         AND goods IS NOT NULL
                          OR first = 'pay' AND user IS NOT NULL)
                     THEN first ELSE 'other' END
            WHEN starts_with(first, 'success_pay_') THEN
                CASE WHEN depth = 3 AND cart IS NOT NULL
                     THEN 'success' ELSE 'other' END
            WHEN depth = 3 THEN 'category'
            WHEN depth = 4 THEN 'goods'
            ELSE 'other' END AS kind,
       first AS category, second AS page, goods, user, cart
FROM numbers;

CREATE TEMP TABLE addresses AS
WITH numbered AS (
    SELECT address, address_number(address) AS number,
           row_number() OVER () AS visitor
    FROM (SELECT DISTINCT address FROM lines WHERE address IS NOT NULL)
), known AS (
    SELECT address, code
    FROM numbered ASOF JOIN ranges ON number >= ranges.low
    ANTI JOIN reserved ON number BETWEEN reserved.low AND reserved.high
    WHERE number <= ranges.high
)
SELECT address, visitor, code FROM numbered LEFT JOIN known USING (address);

CREATE TEMP TABLE requests AS
SELECT n, visitor, code, hour, target, kind, category, goods, user, cart
FROM lines JOIN targets USING (url) JOIN addresses USING (address)
WHERE try_cast(hour[:10] AS DATE) IS NOT NULL;

CREATE TEMP TABLE catalogue AS
WITH steps AS (
    SELECT kind, goods, lag(target) OVER (PARTITION BY visitor ORDER BY n)
           AS before
    FROM requests
), votes AS (
    SELECT steps.goods, category, page, count(*) AS votes
    FROM steps JOIN targets ON before = target AND targets.kind = 'goods'
    WHERE steps.kind = 'cart'
    GROUP BY ALL
)
SELECT goods, category FROM votes
QUALIFY row_number() OVER (PARTITION BY goods
                           ORDER BY votes DESC, category || '/' || page) = 1;

CREATE TEMP TABLE carts AS
SELECT cart, bool_or(kind = 'success') AS is_paid,
       coalesce('user ' || max_by(user, n) FILTER (kind = 'pay'),
                max_by(visitor, n) FILTER (kind = 'success')::VARCHAR) AS owner
FROM requests
WHERE kind IN ('cart', 'pay', 'success')
GROUP BY cart;

CREATE TEMP TABLE held AS
SELECT DISTINCT cart, catalogue.category
FROM requests JOIN carts USING (cart) JOIN catalogue USING (goods)
WHERE kind = 'cart' AND is_paid;

-- The rankings, countries by their codes; NULL is trawl's "unknown".

SELECT 'parse' AS report,
       lines + broken AS lines, lines + broken - requests AS malformed,
       addresses, carts
FROM (SELECT count(*) AS lines FROM lines),
     (SELECT count(*) AS broken FROM reject_errors),
     (SELECT count(*) AS requests FROM requests),
     (SELECT count(*) AS addresses FROM addresses),
     (SELECT count(*) AS carts FROM carts);

SELECT '1' AS report, code AS name, count(*) AS value FROM requests GROUP BY ALL;

SELECT '2' AS report, code AS name, count(*) AS value FROM requests
WHERE kind = 'goods' AND category = 'fresh_fish' GROUP BY ALL;

SELECT '3' AS report,
       ['night', 'morning', 'daytime', 'evening'][hour[12:]::INT // 6 + 1] AS name,
       count(*) AS value
FROM requests WHERE kind = 'category' AND category = 'frozen_fish' GROUP BY ALL;

SELECT '4' AS report, hour AS name, count(*) AS value FROM requests
GROUP BY ALL ORDER BY value DESC, name LIMIT 10;

SELECT '5' AS report, category AS name, count(*) AS value FROM held
WHERE category <> 'semi_manufactures'
  AND cart IN (SELECT cart FROM held WHERE category = 'semi_manufactures')
GROUP BY ALL;

SELECT '6' AS report, CASE WHEN is_paid THEN 'paid' ELSE 'unpaid' END AS name,
       count(*) AS value
FROM carts GROUP BY ALL;

SELECT '7' AS report, times::VARCHAR AS name, count(*) AS value
FROM (SELECT count(*) AS times FROM carts WHERE is_paid GROUP BY owner)
GROUP BY ALL;
