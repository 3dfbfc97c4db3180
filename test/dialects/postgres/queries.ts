/** The tables that the queries speak of. */
export const TABLES = `
CREATE TYPE feeling AS ENUM ('ok', 'sad');
CREATE TYPE comp AS (x int, y varchar(5));
CREATE DOMAIN dom AS varchar(20) CHECK (VALUE LIKE '%@%');
CREATE TABLE a (id int, v varchar(20), w varchar, vs varchar(9)[], j jsonb);
CREATE TABLE b (id int, v varchar(20), w text);
CREATE TABLE c (id int, v varchar(9), w varchar(9));
CREATE TABLE d (c comp, e dom, es dom[], m feeling, ch char(4), cs char(4)[], "order" varchar(4), "char" "char", nm name, ci oid, o regclass, tsv tsvector);`

/** A query for every clause and construct that a view may have; the newest are not known to every server. */
export const QUERIES: readonly string[] = String.raw`
SELECT * FROM a NATURAL JOIN b
SELECT id, a.v, b.w, c.v AS cv FROM a JOIN b USING (id) JOIN c USING (id)
SELECT j.id FROM (a JOIN c USING (id)) AS j WHERE j.id IN (1, 2)
SELECT a.* FROM a a
SELECT a FROM a
SELECT (a.*)::text FROM a
SELECT row(a.*) IS NOT NULL AS r FROM a
SELECT a.id FROM a LEFT JOIN b ON a.id = b.id AND (b.v IN ('x','y') AND b.w <> 'z') FULL JOIN c ON c.id = b.id
SELECT v FROM a WHERE id NOT IN (SELECT id FROM b WHERE v IN ('x', 'y'))
SELECT v FROM a WHERE id IN (SELECT id FROM b) AND (v LIKE 'a%' AND (w = 'x' OR (v = 'y' OR w = 'z')))
SELECT v FROM a WHERE (id, v) IN (SELECT id, v FROM b)
SELECT v FROM a WHERE (id, v) = (SELECT id, v FROM b LIMIT 1)
SELECT v FROM a WHERE id > ALL (SELECT id FROM b) OR id = ANY (ARRAY(SELECT id FROM c))
SELECT ARRAY(SELECT v FROM a ORDER BY 1)
SELECT ARRAY(SELECT v FROM a)::text[] AS x
SELECT (SELECT max(id) FROM b WHERE b.id = a.id AND (b.v = 'x' AND b.w = 'y')) AS m FROM a
SELECT count(*) AS n, count(DISTINCT v), string_agg(v, ',' ORDER BY w DESC), array_agg(v ORDER BY id) FILTER (WHERE v IN ('x','y')) FROM a
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM a
SELECT v, rank() OVER w FROM a WINDOW w AS (PARTITION BY v ORDER BY id)
SELECT v, sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE TIES) > 1 AND (bool_and(id > 1) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 2 FOLLOWING) AND v = 'x') AS x FROM a
SELECT bool_or(v = 'x') OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AND bool_or(v = 'x') OVER (ORDER BY id RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AND id > 1 AS x FROM a
SELECT v, lag(id, 1, -1) OVER (ORDER BY id) FROM a
SELECT v, w, count(*) FROM a GROUP BY CUBE (v, w)
SELECT v, w, grouping(v, w) FROM a GROUP BY ROLLUP (v), GROUPING SETS ((w), (v, w))
SELECT DISTINCT ON (v) v, id FROM a ORDER BY v, id DESC
SELECT v FROM a UNION ALL SELECT v FROM b UNION SELECT v FROM c
SELECT v FROM a UNION ALL (SELECT v FROM b INTERSECT SELECT w FROM c) ORDER BY 1
(SELECT v FROM a ORDER BY 1 LIMIT 3) UNION (SELECT v FROM b ORDER BY 1 LIMIT 2)
SELECT 'x' AS l, 1 AS n, NULL AS z UNION SELECT v, id, NULL FROM a
SELECT 'x' AS l UNION VALUES ('b'), ('c')
VALUES (1, 'a'), (-2, 'b')
VALUES (1, 'a'), (-(2::int), 'b')
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v (n, s)
SELECT * FROM (VALUES (-1), (2)) AS v
WITH x AS (SELECT v FROM a), y AS MATERIALIZED (SELECT v FROM x) SELECT * FROM y WHERE v IN ('p', 'q')
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 10 AND (n > 0 AND n <> -(3::int))) SELECT sum(n) FROM t
WITH RECURSIVE t(n, p) AS (SELECT 1, ARRAY[1] UNION ALL SELECT n + 1, p || n FROM t WHERE n < 3) SEARCH DEPTH FIRST BY n SET o SELECT n FROM t ORDER BY o
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) CYCLE n SET is_cycle USING path SELECT n, is_cycle FROM t
SELECT * FROM generate_series(1, 3) g
SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS g (n, o)
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b'])) AS r (n, s)
SELECT * FROM json_to_recordset('[]') AS r (a int, b varchar(5))
SELECT a.id, l.v FROM a, LATERAL (SELECT b.v FROM b WHERE b.id = a.id AND (a.v IN ('x', 'y') AND b.w <> 'z') LIMIT 1) l
SELECT * FROM a CROSS JOIN LATERAL unnest(ARRAY[a.v, a.w]::text[]) u
SELECT * FROM a TABLESAMPLE bernoulli (10) REPEATABLE (3)
SELECT v FROM a FETCH FIRST 3 ROWS ONLY
SELECT v FROM a ORDER BY id FETCH FIRST 3 ROWS WITH TIES
SELECT v FROM a LIMIT 10 OFFSET 5
SELECT v FROM a LIMIT (SELECT 3)
SELECT v FROM a LIMIT -(-(3::int))
SELECT v FROM a FOR UPDATE OF a SKIP LOCKED
SELECT v COLLATE "C" AS c FROM a ORDER BY v COLLATE "POSIX" DESC NULLS LAST
SELECT v::text || w AS c, v || 'x' AS d, v || 1 AS e, 'a' || 'b' AS f FROM a
SELECT CASE v WHEN 'a' THEN 1 WHEN 'b' THEN 2 ELSE -1 END AS c, CASE WHEN v IN ('a', 'b') THEN 'x' WHEN w IS NULL THEN v END AS d FROM a
SELECT COALESCE(v, w, 'x') AS c, NULLIF(v, 'x') AS n, GREATEST(v, w, 'a') AS g FROM a
SELECT id::numeric(10,2), v::char(3), '2020-01-01'::timestamptz(3) AS t, interval '1' day AS i, '101'::bit(3) IS NULL AS b FROM a
SELECT B'101' AS b, X'1F' AS x, U&'\0061' AS u, E'a\tb\\' AS e, $$it's$$ AS d
SELECT -1 AS a, - 1.5 AS b, -id AS c, - (- id) AS d, +id AS e, @ id AS f, -(1::numeric) AS g, 2 - -1 AS h, -(2 ^ 2) AS i, (-2) ^ 2 AS j FROM a
SELECT -(2147483648::bigint) AS k, -2147483648 AS l, - '5'::int AS m, -(5::smallint) AS n, -(1.0::float8) AS o
SELECT v IS NULL AND w IS NOT NULL AND (v IS DISTINCT FROM w AND NOT (v = w OR v > w)) AS x, v ISNULL AS y FROM a
SELECT (id > 1) IS TRUE AS x, (id > 1) IS NOT UNKNOWN AS y, NOT id > 1 AS z FROM a
SELECT EXTRACT(epoch FROM now()) AS e, date_part('year', now()) AS d, now() AT TIME ZONE 'utc' AS z, (now() - interval '1 day')::date AS y
SELECT substring(v from 1 for 2) AS s, substring(v, 2) AS s2, substring(v from 'a.') AS s3, trim(leading 'x' from v) AS t, position('a' in v) AS p, overlay(v placing 'x' from 1 for 2) AS o FROM a
SELECT v LIKE 'a%' AS a, v NOT ILIKE 'b' AS b, v SIMILAR TO 'c' AS c, v ~ 'x' AS d, v LIKE ANY (ARRAY['a', 'b']) AS e, v LIKE ALL (ARRAY[w, 'b']) AS f, v ^@ 'x' AS g FROM a
SELECT (ARRAY[1, 2, 3])[2], (ARRAY['a', 'b'])[1:1] AS s, ARRAY[[1, 2], [3, 4]] AS m, ARRAY[v, w] AS n, ARRAY[v, 'x']::text[] AS o, ARRAY[]::int[] AS p, ARRAY[v] || w AS q FROM a
SELECT v = ANY (ARRAY['a', 'b']) AS a, v = ANY ('{a,b}') AS b, v IN ('a', w) AS c, v IN ('a', NULL) AS d, id IN (1, 2.5) AS e, v <> ALL (ARRAY['x', w]) AS f FROM a
SELECT vs @> ARRAY['a', 'b']::varchar[] AS a, vs && '{x}' AS b, vs = ARRAY[v, w] AS c, array_append(vs, 'x') AS d, 'x' = ANY (vs) AS e, vs || ARRAY[v] AS f, vs[1] IN ('a', 'b') AS g FROM a
SELECT cardinality(ARRAY[v, w]::text[]) AS a, array_to_string(ARRAY[v, w], ',') AS b, concat_ws(',', VARIADIC ARRAY[v, w]) AS c, format('%s', VARIADIC ARRAY[v, w]) AS d FROM a
SELECT j -> 'a' AS a, j ->> 'b' AS b, j #>> '{a,b}' AS c, j @> '{"a": 1}' AS d, j ? 'a' AS e, j ?| ARRAY['a', 'b'] AS f, j ->> 'x' IN ('a', 'b') AS g, j['a'] AS h, j - 'a' AS i, j @? '$.a' AS k FROM a
SELECT a.id, to_jsonb(a) AS j, json_build_object('a', v, 'b', -1) AS k, row_to_json(a) AS l, jsonb_agg(v) OVER () AS m FROM a
SELECT (c).x, (c).y IN ('a', 'b') AS i, ROW(1, 'a')::comp AS r, c = ROW(1, 'x')::comp AS e FROM d
SELECT e IN ('a@b', 'c@d') AS x, e::text IN ('a', 'b') AS y, e || 'x' AS z, 'q@q'::dom AS d, ARRAY[e, 'a@b'] AS ar, e = ANY (ARRAY['a@b'::dom, 'b@b']) AS f, es = ARRAY['a@b']::dom[] AS g FROM d
SELECT m IN ('ok', 'sad') AS x, m = ANY (ARRAY['ok', 'sad']::feeling[]) AS y, m::text IN ('ok') AS z, m > 'ok' AND (m < 'sad' AND m <> 'ok') AS q, m::text = ANY (ARRAY['a', 'b']::varchar[]) AS r FROM d
SELECT ch IN ('a', 'b') AS x, ch || 'x' AS y, ch = v AS z, ch::text = ANY (ARRAY['a', 'b']) AS q, ch::varchar IN ('a', 'b') AS r, cs = ARRAY['a', 'b']::char(4)[] AS s, "order" IN ('a', 'b') AS t, "char" IN ('a', 'b') AS u FROM d, a
SELECT nm IN ('a', 'b') AS x, nm = v AS y, nm::text IN ('a', 'b') AS z, nm LIKE 'a%' AS q, ci IN (1, 2) AS r, o = 'a'::regclass AS s, o IN ('a'::regclass, 'b'::regclass) AS t FROM d, a
SELECT sum(id) FROM a GROUP BY v IN ('a', 'b') HAVING (sum(id) > 1 AND max(v) < 'x') AND (min(w) IN ('a', 'b') OR (count(*) = 1 OR count(*) = 2)) ORDER BY v IN ('a', 'b'), -(5::int) + sum(id)
SELECT pg_typeof(1) AS t, current_user, CURRENT_DATE, LOCALTIME(2), current_schema, session_user, user AS u
SELECT xmlelement(name foo, xmlattributes(v AS bar), 'x') AS x, xmlforest(v, w AS q) AS y, xmlconcat('<a/>'::xml, '<b/>') AS z, xmlserialize(content '<a/>' AS text) AS s FROM a
SELECT tsv @@ to_tsquery('a & b') AS x, to_tsvector('english', v || ' ' || w) AS y FROM a, d
SELECT DISTINCT v, -(3::int) FROM a
SELECT normalize(v) AS n, v IS NORMALIZED AS i, v IS NFC NORMALIZED AS j, collation for (v) AS c FROM a
SELECT (d.c).*, d.* FROM d
SELECT s.x FROM (SELECT v AS x FROM a WHERE ((id > 1 AND id < 9) AND v = 'x')) s WHERE s.x IN ('a', 'b')
SELECT 1 WHERE EXISTS (SELECT 1 FROM a WHERE ((id > 1 AND id < 9) AND v = 'x')) AND (NOT EXISTS (SELECT FROM b) AND true)
SELECT v FROM a WHERE EXISTS (SELECT NULL FROM b WHERE b.id = a.id) OR NOT EXISTS (SELECT 'x', -1, 1.5, true FROM b)
SELECT (SELECT 'x') AS s, COALESCE((SELECT NULL), v) AS t, ARRAY(SELECT 'x') AS u, (SELECT 'x' COLLATE "C") AS w FROM a
SELECT v FROM a WHERE v IN (SELECT 'x' UNION SELECT w FROM b UNION ALL SELECT NULL) AND (1, 'x') = ANY (SELECT id, 'x' FROM b)
SELECT v FROM a WHERE EXISTS (SELECT now(), now()::timestamp, now()::time, now()::timetz, interval '1 day', true, 1.5::float4, 1.5::float8, 1::int2, 1::int8, B'1', 1.5::numeric(5,2), '1'::varbit(4), now()::date UNION SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
SELECT v FROM a WHERE EXISTS (SELECT -1::int2, -1.5, NULL::date, X'F', 'a'::char(3), NULL::feeling[], NULL::varchar(5)[], -(-(5)), 'x' COLLATE "C" COLLATE "POSIX")
SELECT m, e, ch, c, es, "char", nm, o FROM d UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL UNION ALL SELECT 'ok', 'a@a', 'q', NULL, '{}', 'c', 'n', NULL
WITH x (a, b) AS (SELECT 'x', NULL UNION SELECT 'y', 'z') SELECT * FROM x WHERE EXISTS (WITH y AS (SELECT 'q' AS z) SELECT 'y' FROM y)
SELECT to_json(s) AS text, 'x' AS "?column?" FROM (SELECT 'x' AS text, NULL AS b, -1 AS int4) s WHERE EXISTS (SELECT ' AS text'::text AS foo)
SELECT * FROM a WHERE (id BETWEEN 1 AND 2 OR id BETWEEN 4 AND 5) AND NOT (id BETWEEN 2 AND 3 AND v = 'x') AND ((id = 1) = (v = 'x' AND w = 'y'))
SELECT t.ci AS "My id", t."order" AS "select" FROM d t
SELECT JSON_OBJECT('a': v, 'b': id) AS o FROM a
SELECT JSON_VALUE(j, '$.a' RETURNING int DEFAULT -(1::int) ON ERROR) AS o, JSON_EXISTS(j, '$.b') AND (id > 1 AND v = 'x') AS p FROM a
SELECT * FROM JSON_TABLE('[]'::jsonb, '$[*]' COLUMNS (a int PATH '$.a', b text PATH '$.b')) t
SELECT v IS JSON OBJECT AS x FROM a WHERE v IS NOT JSON OR (id > 1 OR v = 'x')
`
  .trim()
  .split('\n')

/** Functions and rules whose queries the server prints as it prints a view. */
export const BODIES: readonly string[] = String.raw`
CREATE FUNCTION body(id int) RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC SELECT $1, 'q' FROM a; SELECT body.id, NULL FROM a; SELECT $1; END
CREATE FUNCTION body() RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC INSERT INTO a (id, v) SELECT -1, 'x' RETURNING id, 'x', NULL; SELECT 1; END
CREATE FUNCTION body(p varchar DEFAULT 'x', q text[] DEFAULT ARRAY['a'::varchar, 'b']) RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM a WHERE EXISTS (SELECT 'y', p))
CREATE RULE body AS ON INSERT TO a DO ALSO INSERT INTO b SELECT NEW.id, 'x', NULL WHERE EXISTS (SELECT NULL FROM c)
CREATE RULE body AS ON UPDATE TO a DO ALSO (UPDATE b SET (v, w) = (SELECT 'x', NULL), id = -1 WHERE b.id = OLD.id; DELETE FROM c WHERE v IN ('x', 'y'))
CREATE RULE body AS ON DELETE TO a DO INSTEAD DELETE FROM b WHERE false RETURNING -1, b.v, NULL::varchar, NULL::varchar[], NULL::jsonb
`
  .trim()
  .split('\n')
