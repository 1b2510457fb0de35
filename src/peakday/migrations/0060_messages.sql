-- What was told to a shop, how it was answered, and by which channel it reached whom?
-- depends: 0003_jobs
create table kernel.message (
    message_id uuid primary key,
    shop_id uuid not null,                   -- no foreign key: shops stand above the kernel
    key text not null,                       -- names the occasion: the same key is the same message
    topic text not null,
    permission text not null,                -- who may read it
    subject_zh text not null,
    subject_en text not null,
    body_zh text not null,
    body_en text not null,
    link text not null check (link like '/%' and link not like '//%'),
    at_risk_minor bigint check (at_risk_minor >= 0),
    currency text,
    deadline timestamptz,
    needs_answer boolean not null,
    sent_at timestamptz not null,
    status text not null default 'open' check (status in ('open', 'acknowledged', 'accepted', 'resolved')),
    answered_by uuid,                        -- null: the system found it settled
    answered_at timestamptz,
    answer_reason text not null default '',
    step int not null default 0,             -- how far it has been escalated
    next_step_at timestamptz,                -- null: nothing more to do about it
    unique (shop_id, key),
    check ((at_risk_minor is null) = (currency is null)),
    check ((status = 'open') = (answered_at is null))
);
create index message_of_shop on kernel.message (shop_id, message_id desc);
create index message_step_due on kernel.message (next_step_at) where next_step_at is not null;

-- one row a message, account, channel and step
create table kernel.message_delivery (
    delivery_id uuid primary key,
    message_id uuid not null references kernel.message on delete cascade,
    account_id uuid not null,
    channel text not null check (channel in ('desk', 'mail', 'webhook')),
    step int not null,
    address text not null,
    secret text,                             -- signs a webhook; a hash could not
    language text not null check (language in ('zh', 'en')),
    shows_figures boolean not null,          -- the account may see figures
    planned_at timestamptz not null,
    due_at timestamptz not null,
    status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed', 'dropped')),
    attempts int not null default 0,
    is_simulated boolean not null default false,
    settled_at timestamptz,
    detail text not null default '',         -- the receipt, or the last error
    read_at timestamptz,                     -- desk only
    unique (message_id, account_id, channel, step)
);
create index message_unread on kernel.message_delivery (account_id, message_id)
    where channel = 'desk' and read_at is null;
