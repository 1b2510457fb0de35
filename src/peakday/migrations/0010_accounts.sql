-- Who may enter, what may they do, and what did they see and do? Accounts, buyers, sessions, API keys, the audit trail.
create schema accounts;

-- shop_id has no foreign key: shops stand above accounts on the ladder; the audit of shops checks it instead
create table accounts.account (
    account_id uuid primary key,
    kind text not null check (kind in ('merchant', 'staff')),
    login text not null unique check (login = lower(login)),
    name text not null,
    password_hash text not null,
    shop_id uuid,
    is_main boolean not null default false,
    role text not null,
    permissions text[] not null default '{}',
    status text not null default 'active' check (status in ('active', 'disabled')),
    created_at timestamptz not null,
    password_changed_at timestamptz not null,
    signed_in_at timestamptz,
    check ((kind = 'merchant') = (shop_id is not null)),
    check (kind = 'merchant' or not is_main)
);
create unique index account_main on accounts.account (shop_id) where is_main;
create index account_shop on accounts.account (shop_id, account_id);

create table accounts.buyer (
    buyer_id uuid primary key,
    source text not null,
    source_ref text not null,
    traits jsonb not null default '{}',
    created_at timestamptz not null,
    unique (source, source_ref)
);

-- only the hash of a session's token is kept: who reads this table cannot enter with it
create table accounts.session (
    session_id uuid primary key,
    token_hash bytea not null unique,
    account_id uuid not null references accounts.account,
    remote_address text not null,
    user_agent text not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz
);
create index session_account on accounts.session (account_id) where ended_at is null;

create table accounts.api_key (
    key_id uuid primary key,
    shop_id uuid,
    created_by uuid references accounts.account,
    name text not null,
    prefix text not null,
    secret_hash bytea not null unique,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    used_at timestamptz,
    revoked_at timestamptz
);
create index api_key_shop on accounts.api_key (shop_id, key_id);

create table accounts.audit_trail (
    entry_id uuid primary key,
    shop_id uuid,
    actor_kind text not null,
    account_id uuid,
    key_id uuid,
    actor_name text not null,
    action text not null,
    subject text not null,
    remote_address text not null,
    at timestamptz not null,
    detail jsonb not null default '{}'
);
create index audit_trail_shop on accounts.audit_trail (shop_id, entry_id desc);

create function accounts.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only';
end
$$;
create trigger audit_trail_append_only before update or delete on accounts.audit_trail
    for each row execute function accounts.refuse_change();
create trigger audit_trail_no_truncate before truncate on accounts.audit_trail
    for each statement execute function accounts.refuse_change();
