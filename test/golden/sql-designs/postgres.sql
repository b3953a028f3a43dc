-- stratified: exposures
(select t.*, coalesce("country", '(none)') || ' / ' || coalesce(cast("age" as text), '(none)') as "assay_stratum" from "exposures" as t)

-- factorial: exposures
(select t.*, "country" || ' / ' || cast("age" as text) as "assay_arm" from "exposures" as t)

-- holdout: exposures
(select t.*, case when "arm" in ('held', 'o''held') then 'control' when "arm" is not null then 'o''green' end as "assay_arm" from "exposures" as t)

-- switchback: exposures
(select t.*, "user ""id""" || '@' || cast(cast((cast(floor(cast((cast(extract(epoch from (cast("ts" as timestamp) at time zone 'Europe/Berlin')) * 1000000 as bigint) + 1800000000) as numeric) / 3600000000) as bigint) - 492313) as bigint) as text) as "assay_unit", cast((cast(floor(cast((cast(extract(epoch from (cast("ts" as timestamp) at time zone 'Europe/Berlin')) * 1000000 as bigint) + 1800000000) as numeric) / 3600000000) as bigint) - 492313) as bigint) * 3600000000 + 1772325000000000 as "assay_time" from "exposures" as t)
-- switchback: orders
(select t.*, "user ""id""" || '@' || cast(cast((cast(floor(cast((cast(extract(epoch from "ts") * 1000000 as bigint) + 1800000000) as numeric) / 3600000000) as bigint) - 492313) as bigint) as text) as "assay_unit" from "orders" as t)
