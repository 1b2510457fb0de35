"""How long does django-oscar take to apply three offers to a basket? Runs alone, in an environment that has it.

python bench_cart_price_oscar.py 300      prints {"ms", "version", "total"}

Its offers: 10 % on a range that holds every second product, 20 off when 200 is spent, 5 % off when 100 is spent. The
database is SQLite in memory. The figure is the median of loading the basket's lines and applying the offers.
"""

# Nothing of the house is imported here, and nothing here by the house: the peer lives in another environment.
# ruff: noqa: PLC0415, N806 - django must be set up before its apps can be imported; model classes keep their names
import json
import statistics
import sys
import time
from decimal import Decimal
from importlib.metadata import version

ROUNDS = 5


def _configure() -> None:
    import django  # type: ignore[import-not-found,unused-ignore]
    from django.conf import settings  # type: ignore[import-not-found,unused-ignore]
    from oscar import defaults  # type: ignore[import-not-found,unused-ignore]

    own = {name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR")}
    contrib = ["auth", "contenttypes", "sessions", "messages", "sites", "flatpages", "staticfiles"]
    own_apps = "analytics checkout address shipping catalogue communication partner basket payment offer order customer"
    boards = "Reports Users Orders Catalogue Offers Partners Pages Ranges Reviews Vouchers Communications Shipping"
    apps = [
        *[f"django.contrib.{name}" for name in contrib],
        "oscar.config.Shop",
        *[f"oscar.apps.{name}.apps.{name.title()}Config" for name in f"{own_apps} search voucher wishlists".split()],
        "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
        "oscar.apps.dashboard.apps.DashboardConfig",
        *[f"oscar.apps.dashboard.{name.lower()}.apps.{name}DashboardConfig" for name in boards.split()],
        *["widget_tweaks", "haystack", "treebeard", "django_tables2"],
    ]
    settings.configure(
        **own,
        SECRET_KEY="bench",  # noqa: S106 - a database in memory, gone with the process
        SITE_ID=1,
        USE_TZ=True,
        INSTALLED_APPS=apps,
        ROOT_URLCONF="django.conf.urls",
        MIDDLEWARE=[],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()


def _fill(size: int) -> int:
    """Products, a basket of them, and the three offers; the basket's id."""
    from oscar.core.loading import get_class, get_model  # type: ignore[import-not-found,unused-ignore]

    Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")
    Partner, StockRecord = get_model("partner", "Partner"), get_model("partner", "StockRecord")
    Range, Offer = get_model("offer", "Range"), get_model("offer", "ConditionalOffer")
    Condition, Benefit = get_model("offer", "Condition"), get_model("offer", "Benefit")
    Basket = get_model("basket", "Basket")
    strategy = get_class("partner.strategy", "Selector")().strategy()
    kind = ProductClass.objects.create(name="Goods", track_stock=False, requires_shipping=False)
    partner = Partner.objects.create(name="Shop")
    everything = Range.objects.create(name="Everything", includes_all_products=True)
    half = Range.objects.create(name="Half")
    basket = Basket.objects.create()
    basket.strategy = strategy
    for at in range(size):
        product = Product.objects.create(title=f"Item {at}", product_class=kind)
        price = Decimal(1_000 + at * 37 % 5_000) / 100
        StockRecord.objects.create(product=product, partner=partner, partner_sku=f"sku{at}", price=price)
        if at % 2:
            half.add_product(product)
        basket.add_product(product, quantity=2)
    sets = [
        (half, Condition.COUNT, 1, Benefit.PERCENTAGE, 10, 30),
        (everything, Condition.VALUE, 200, Benefit.FIXED, 20, 20),
        (everything, Condition.VALUE, 100, Benefit.PERCENTAGE, 5, 10),
    ]
    for number, (goods, condition, at_least, benefit, value, priority) in enumerate(sets):
        Offer.objects.create(
            name=f"Offer {number}",
            condition=Condition.objects.create(range=goods, type=condition, value=at_least),
            benefit=Benefit.objects.create(range=goods, type=benefit, value=value),
            priority=priority,
            exclusive=False,
        )
    return int(basket.id)


def _price(basket_id: int) -> tuple[float, Decimal]:
    """Milliseconds to load the basket and apply the offers, and the total."""
    from oscar.core.loading import get_class, get_model

    applicator, strategy = get_class("offer.applicator", "Applicator")(), get_class("partner.strategy", "Selector")()
    start = time.process_time()
    basket = get_model("basket", "Basket").objects.get(id=basket_id)
    basket.strategy = strategy.strategy()
    applicator.apply(basket)
    total = basket.total_excl_tax
    return (time.process_time() - start) * 1_000, total


def main() -> None:
    """Set up, price a few times, print the figures."""
    from django.core.management import call_command  # type: ignore[import-not-found,unused-ignore]

    _configure()
    call_command("migrate", verbosity=0)
    basket_id = _fill(int(sys.argv[1]))
    spent = [_price(basket_id) for _ in range(ROUNDS)]
    ms = round(statistics.median(each for each, _ in spent), 1)
    print(json.dumps({"ms": ms, "version": version("django-oscar"), "total": str(spent[0][1])}))


if __name__ == "__main__":
    main()
