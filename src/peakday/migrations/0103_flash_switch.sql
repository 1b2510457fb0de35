-- The waiting page's way through the flash door can be turned off, or opened to a share of the buyers.
-- depends: 0100_switches
insert into kernel.switch (name, title_zh, title_en, percent, changed_at) values
    ('flash.door', '开抢页走极速下单', 'The hot minute orders through the flash door', 100, now())
on conflict do nothing;
