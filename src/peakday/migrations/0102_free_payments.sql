-- What cards cover wholly is a payment of nothing: no gateway has it, the house settles it itself.
-- depends: 0094_payments
alter table payments.payment drop constraint payment_amount_minor_check;
alter table payments.payment add constraint payment_amount_minor_check
    check (case when gateway = 'house' then amount_minor = 0 else amount_minor > 0 end);
