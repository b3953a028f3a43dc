select v.*, case when m0 = 1 then 1 else 0 end as k0, case when 1 = 1 then 1 else 0 end as k1, case when r6 is not null then 1 else 0 end as k2
  from (select u.cell, u.arm, floor(u.stamp / 86400000000) as day,
    case when substr(to_hex(md5(concat('1/', cast(u.unit as string)))), 1, 1) in ('0', '1', '2', '3', '4', '5', '6', '7') then 0 else 1 end as fold,
    u.x0 as h0,
    u.l0 as l0,
    to_hex(md5(concat('1/', cast(u.unit as string)))) as unit_hash,
    case when u.stamp <= 1773360000000000 then 1 else 0 end as m0,
    cast(coalesce(after_0.a0, 0) as float64) as r0,
    cast(coalesce(before_0.a0, 0) as float64) as r1,
    cast(coalesce(after_0.a1, 0) as float64) as r2,
    cast(coalesce(after_0.a2, 0) as float64) as r3,
    u.x0 as r4,
    cast(case when (select min(e) from unnest(after_0.a4) as e where e >= after_0.a3) is not null then 1 else 0 end as float64) as r5,
    after_0.a5 as r6
  from assay_exposed as u
left join assay_fact_0 as after_0 on after_0.unit = u.unit and after_0.side = 1
left join assay_fact_0 as before_0 on before_0.unit = u.unit and before_0.side = 0
where u.status = 0) as v
