-- stratified: exposures
(select t.*, coalesce("country", '(none)') || ' / ' || coalesce(toString("age"), '(none)') as "assay_stratum" from "exposures" as t)

-- factorial: exposures
(select t.*, "country" || ' / ' || toString("age") as "assay_arm" from "exposures" as t)

-- holdout: exposures
(select t.*, case when "arm" in ('held', 'o\'held') then 'control' when "arm" is not null then 'o\'green' end as "assay_arm" from "exposures" as t)

-- switchback: exposures
(select t.*, "user \"id\"" || '@' || toString(cast((intDiv((toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) + 1800000000), 3600000000) - 492313), 'Nullable(Int64)')) as "assay_unit", cast((intDiv((toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) + 1800000000), 3600000000) - 492313), 'Nullable(Int64)') * 3600000000 + 1772325000000000 as "assay_time" from "exposures" as t)
-- switchback: orders
(select t.*, "user \"id\"" || '@' || toString(cast((intDiv((toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) + 1800000000), 3600000000) - 492313), 'Nullable(Int64)')) as "assay_unit" from "orders" as t)
