-- What must a shop's people do, and by which channels do they want to hear of it?
-- depends: 0010_accounts 0020_shops 0060_messages
create schema workbench;

-- to-dos that news brought; what is counted afresh at every look (orders, enrolments) has no row
create table workbench.todo (
    todo_id uuid primary key,
    shop_id uuid not null,
    key text not null,                       -- names the occasion: the same key is the same to-do
    kind text not null,
    title_zh text not null,
    title_en text not null,
    path text not null,                      -- below the shop: the very rows that are meant
    permission text not null,
    at_risk_minor bigint check (at_risk_minor >= 0),
    currency text,
    deadline timestamptz,
    status text not null default 'open' check (status in ('open', 'done', 'cleared')),
    created_at timestamptz not null,
    settled_at timestamptz,
    settled_by uuid references accounts.account,
    unique (shop_id, key),
    check ((at_risk_minor is null) = (currency is null)),
    check ((status = 'open') = (settled_at is null))
);
create index todo_open on workbench.todo (shop_id, todo_id) where status = 'open';

create table workbench.snooze (
    shop_id uuid not null,
    key text not null,
    until timestamptz not null,
    set_by uuid references accounts.account,
    set_at timestamptz not null,
    primary key (shop_id, key)
);

-- how an account reads and when it sleeps; without a row the defaults of the model hold
create table workbench.desk (
    account_id uuid primary key references accounts.account,
    language text not null check (language in ('zh', 'en')),
    quiet_from_minute int check (quiet_from_minute between 0 and 1439),   -- of the market's day
    quiet_until_minute int check (quiet_until_minute between 0 and 1439),
    urgent_minor bigint not null check (urgent_minor >= 0),               -- from this money on, sleep is broken
    mail_address text,
    webhook_address text,
    webhook_secret text,                     -- signs, so a hash would not do
    updated_at timestamptz not null,
    check ((quiet_from_minute is null) = (quiet_until_minute is null)),
    check ((webhook_address is null) = (webhook_secret is null))
);

create table workbench.subscription (
    account_id uuid not null references accounts.account,
    topic text not null,
    channels text[] not null,
    primary key (account_id, topic)
);
