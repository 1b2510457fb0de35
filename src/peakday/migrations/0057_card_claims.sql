-- The room `promotions`: cards that shoppers take by themselves, when they may, and who took which.
-- depends: 0050_promotions

create table promotions.claiming (
    instrument_id uuid primary key references promotions.instrument,
    shop_id uuid,                            -- as of the instrument; null: the platform's own
    who text not null check (who in ('everybody', 'registered', 'new_here')),
    per_buyer int not null check (per_buyer between 1 and 100),
    claim_from timestamptz not null,
    claim_until timestamptz,                 -- the first instant at which none can be taken
    opened_by uuid,
    changed_at timestamptz not null,
    closed_at timestamptz,                   -- withdrawn before its end
    check (claim_until is null or claim_from < claim_until)
);
create index claiming_open on promotions.claiming (shop_id, claim_from) where closed_at is null;

-- one card taken: the key makes a retry the same claim, the number keeps the limit of a buyer
create table promotions.claim (
    buyer_id uuid not null,
    claim_key text not null,
    instrument_id uuid not null references promotions.claiming,
    claim_no int not null check (claim_no > 0),
    card_id uuid not null references promotions.card,
    claimed_at timestamptz not null,
    primary key (buyer_id, claim_key),
    unique (instrument_id, buyer_id, claim_no)
);
-- whether a buyer used anything of an owner before
create index usage_buyer on promotions.usage (buyer_id, instrument_id);
