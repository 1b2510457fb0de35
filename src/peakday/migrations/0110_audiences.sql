-- The room `audiences`: the numbers of a shop's people, saved crowds, uploads, and who withdrew the consent.
--
-- A person is a word: a buyer's id, or the word under which the shop sent events. Numbers are dense and never change,
-- so that a crowd is one roaring bitmap. The hash is what an uploaded list may name a person by. No foreign keys to
-- buyers: a visitor known by a word only is nobody's buyer.
-- depends: 0020_shops

create schema audiences;

-- The lock under which a shop's people are numbered.
create table audiences.numbering (
    shop_id uuid primary key references shops.shop,
    people int not null default 0 check (people >= 0)
);

create table audiences.person (
    shop_id uuid not null,
    person_no int not null,
    person text not null check (length(person) between 1 and 200),
    id_hash bytea not null check (length(id_hash) = 32), -- SHA-256 of the id as files show it
    primary key (shop_id, person_no)
);
create unique index person_word on audiences.person (shop_id, person);
create index person_hash on audiences.person (shop_id, id_hash);

create table audiences.crowd (
    shop_id uuid not null references shops.shop,
    crowd_id uuid not null,
    name text not null check (length(name) between 1 and 60),
    origin text not null check (origin in ('built', 'flow', 'uploaded', 'lookalike', 'campaign')),
    expression jsonb,                        -- read anew at every look; null: the members stay as they were written
    members bytea,                           -- roaring bitmap of person numbers
    note text not null default '',           -- in what words it came about
    people int not null check (people >= 0), -- when it was written or last refreshed
    refreshed_at timestamptz not null,
    created_at timestamptz not null,
    created_by uuid,
    primary key (shop_id, crowd_id),
    check ((expression is null) <> (members is null))
);
create unique index crowd_name on audiences.crowd (shop_id, name);

-- The consent to be addressed, withdrawn for one shop or (shop_id null) for all; it counts from the next read on.
create table audiences.withdrawal (
    person text not null,
    shop_id uuid,
    withdrawn_at timestamptz not null,
    unique nulls not distinct (person, shop_id)
);

create table audiences.upload (
    shop_id uuid not null,
    crowd_id uuid not null,
    row_count int not null,
    accepted int not null,
    matched int not null,
    refused int not null,
    problems jsonb not null,                 -- [[row, code, value]], the first hundred thousand
    uploaded_at timestamptz not null,
    primary key (shop_id, crowd_id),
    foreign key (shop_id, crowd_id) references audiences.crowd on delete cascade
);
