"""Which reactions, jobs and duties does the worker know? One table each; a room's own files say what they do."""

from peakday.apps.importers import csv_mapping
from peakday.apps.storefront import jobs as storefront_jobs
from peakday.insight.advisor.board.counting import counting
from peakday.insight.behaviour import jobs as behaviour_jobs
from peakday.insight.channels import jobs as channels_jobs
from peakday.insight.consumers import jobs as consumers_jobs
from peakday.insight.forecasting import jobs as forecasting_jobs
from peakday.insight.metrics import jobs as metrics_jobs
from peakday.insight.trends import jobs as trends_jobs
from peakday.kernel.duties import Duty
from peakday.kernel.jobs import JobKind
from peakday.kernel.messages import deliveries
from peakday.kernel.outbox import BulkReaction, Reaction
from peakday.market.accounts import jobs as accounts_jobs
from peakday.market.catalog import jobs as catalog_jobs
from peakday.market.same_products import jobs as same_products_jobs
from peakday.operations.health import jobs as health_jobs
from peakday.operations.health import reactions as health_reactions
from peakday.operations.workbench import jobs as workbench_jobs
from peakday.operations.workbench import reactions as workbench_reactions
from peakday.trade.carts import jobs as carts_jobs
from peakday.trade.ledger import jobs as ledger_jobs
from peakday.trade.orders import jobs as orders_jobs
from peakday.trade.payments import jobs as payments_jobs
from peakday.trade.price_history import reactions as price_reactions
from peakday.trade.sale_events import jobs as sale_event_jobs

DAY_SECONDS = 86_400

REACTIONS: list[Reaction] = [*price_reactions.REACTIONS, *health_reactions.REACTIONS, *workbench_reactions.REACTIONS]

BULK_REACTIONS: list[BulkReaction] = [counting()]

JOB_KINDS: list[JobKind] = [
    *catalog_jobs.JOB_KINDS,
    *channels_jobs.JOB_KINDS,
    *csv_mapping.JOB_KINDS,
    *sale_event_jobs.JOB_KINDS,
    *deliveries.JOB_KINDS,
]

DUTIES: list[Duty] = [
    Duty("behaviour.compact", behaviour_jobs.COMPACT_EVERY_SECONDS, behaviour_jobs.compact),
    Duty("metrics.extract", metrics_jobs.EXTRACT_EVERY_SECONDS, metrics_jobs.extract),
    *consumers_jobs.DUTIES,
    *trends_jobs.DUTIES,
    *channels_jobs.DUTIES,
    *forecasting_jobs.DUTIES,
    Duty("accounts.purge_ended", DAY_SECONDS, accounts_jobs.purge_ended),
    *catalog_jobs.DUTIES,
    *same_products_jobs.DUTIES,
    *storefront_jobs.DUTIES,
    *carts_jobs.DUTIES,
    *ledger_jobs.DUTIES,
    *payments_jobs.DUTIES,
    *orders_jobs.DUTIES,
    *sale_event_jobs.DUTIES,
    *health_jobs.DUTIES,
    *workbench_jobs.DUTIES,
]
