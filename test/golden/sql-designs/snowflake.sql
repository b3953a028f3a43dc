-- stratified: exposures
(select t.*, coalesce("country", '(none)') || ' / ' || coalesce(cast("age" as varchar), '(none)') as "assay_stratum" from "exposures" as t)

-- factorial: exposures
(select t.*, "country" || ' / ' || cast("age" as varchar) as "assay_arm" from "exposures" as t)

-- holdout: exposures
(select t.*, case when "arm" in ('held', 'o''held') then 'control' when "arm" is not null then 'o''green' end as "assay_arm" from "exposures" as t)

-- switchback: exposures
(select t.*, "user ""id""" || '@' || cast(cast((floor((date_part(epoch_microsecond, convert_timezone('Europe/Berlin', 'UTC', "ts")) + 1800000000) / 3600000000) - 492313) as bigint) as varchar) as "assay_unit", cast((floor((date_part(epoch_microsecond, convert_timezone('Europe/Berlin', 'UTC', "ts")) + 1800000000) / 3600000000) - 492313) as bigint) * 3600000000 + 1772325000000000 as "assay_time" from "exposures" as t)
-- switchback: orders
(select t.*, "user ""id""" || '@' || cast(cast((floor((date_part(epoch_microsecond, "ts") + 1800000000) / 3600000000) - 492313) as bigint) as varchar) as "assay_unit" from "orders" as t)
