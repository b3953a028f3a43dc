-- stratified: exposures
(select t.*, coalesce(`country`, '(none)') || ' / ' || coalesce(cast(`age` as string), '(none)') as `assay_stratum` from `exposures` as t)

-- factorial: exposures
(select t.*, `country` || ' / ' || cast(`age` as string) as `assay_arm` from `exposures` as t)

-- holdout: exposures
(select t.*, case when `arm` in ('held', 'o\'held') then 'control' when `arm` is not null then 'o\'green' end as `assay_arm` from `exposures` as t)

-- switchback: exposures
(select t.*, `user "id"` || '@' || cast(cast((((unix_micros(to_utc_timestamp(`ts`, 'Europe/Berlin')) + 1800000000) div 3600000000) - 492313) as bigint) as string) as `assay_unit`, cast((((unix_micros(to_utc_timestamp(`ts`, 'Europe/Berlin')) + 1800000000) div 3600000000) - 492313) as bigint) * 3600000000 + 1772325000000000 as `assay_time` from `exposures` as t)
-- switchback: orders
(select t.*, `user "id"` || '@' || cast(cast((((unix_micros(`ts`) + 1800000000) div 3600000000) - 492313) as bigint) as string) as `assay_unit` from `orders` as t)
