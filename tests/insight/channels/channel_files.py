"""Which small files have the exact public columns of Shopify's order export and Amazon's settlement report?"""

import csv
from pathlib import Path

SHOPIFY_HEADER = [
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    "Tax 1 Name",
    "Tax 1 Value",
    "Tax 2 Name",
    "Tax 2 Value",
    "Tax 3 Name",
    "Tax 3 Value",
    "Tax 4 Name",
    "Tax 4 Value",
    "Tax 5 Name",
    "Tax 5 Value",
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
]

AMAZON_HEADER = [
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "fulfillment-id",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "promotion-id",
]

SHOPIFY_ORDERS = (
    {
        "Name": "#1001", "Financial Status": "paid", "Paid at": "2022-11-11 00:30:00 +0800", "Currency": "USD",
        "Subtotal": "100.00", "Shipping": "5.00", "Taxes": "8.01", "Total": "113.01",
        "Created at": "2022-11-11 00:29:00 +0800", "Lineitem quantity": "2", "Lineitem name": "Mask", "Id": "1",
        "Lineitem price": "30.00", "Lineitem sku": "MASK-1", "Refunded Amount": "0.00",
    },
    {
        "Name": "#1001", "Lineitem quantity": "1", "Lineitem name": "Serum", "Lineitem price": "50.00",
        "Lineitem sku": "SERUM-1", "Created at": "2022-11-11 00:29:00 +0800",
    },
    {
        "Name": "#1002", "Financial Status": "refunded", "Paid at": "2022-11-12 09:00:00 +0800", "Currency": "USD",
        "Subtotal": "33.33", "Shipping": "0.00", "Taxes": "2.00", "Total": "33.33",
        "Created at": "2022-11-12 08:59:00 +0800", "Lineitem quantity": "3", "Lineitem name": "Mask", "Id": "2",
        "Lineitem price": "11.11", "Lineitem sku": "MASK-1", "Refunded Amount": "11.11",
    },
    {
        "Name": "#1003", "Financial Status": "pending", "Currency": "USD", "Subtotal": "20.00", "Shipping": "0.00",
        "Taxes": "0.00", "Total": "20.00", "Created at": "2022-11-12 10:00:00 +0800", "Lineitem quantity": "1",
        "Lineitem name": "Mask", "Lineitem price": "20.00", "Lineitem sku": "MASK-1", "Id": "3",
    },
)  # fmt: skip

_ORDER = {"settlement-id": "77", "transaction-type": "Order", "order-id": "111-1", "order-item-code": "900",
          "sku": "MASK-1", "posted-date-time": "2022-11-11 10:00:00 UTC", "marketplace-name": "Amazon.com"}  # fmt: skip
_REFUND = {**_ORDER, "transaction-type": "Refund", "adjustment-id": "a1",
           "posted-date-time": "2022-11-15 18:00:00 UTC"}  # fmt: skip


def _amount(row, about, what, amount, **more):
    return {**row, "amount-type": about, "amount-description": what, "amount": amount, **more}


AMAZON_ROWS = (
    {"settlement-id": "77", "settlement-start-date": "2022-11-01 00:00:00 UTC", "total-amount": "35.19",
     "settlement-end-date": "2022-11-15 00:00:00 UTC", "currency": "USD"},
    _amount(_ORDER, "ItemPrice", "Principal", "59.98", **{"quantity-purchased": "2"}),
    _amount(_ORDER, "ItemPrice", "Tax", "4.80"),
    _amount(_ORDER, "ItemPrice", "Shipping", "3.99"),
    _amount(_ORDER, "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", "-4.80"),
    _amount(_ORDER, "ItemFees", "Commission", "-9.00"),
    _amount(_ORDER, "Promotion", "Principal", "-2.78"),
    _amount(_REFUND, "ItemPrice", "Principal", "-10.00"),
    _amount(_REFUND, "ItemFees", "RefundCommission", "1.50"),
    {"settlement-id": "77", "transaction-type": "other-transaction", "amount-type": "other-transaction",
     "amount-description": "Storage Fee", "amount": "-8.50", "posted-date-time": "2022-11-15 19:00:00 UTC"},
)  # fmt: skip


def write_rows(path: Path, header, rows, delimiter=",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def shopify_file(folder: Path, rows=SHOPIFY_ORDERS) -> Path:
    return write_rows(folder / "orders_export.csv", SHOPIFY_HEADER, rows)


def amazon_file(folder: Path, rows=AMAZON_ROWS) -> Path:
    return write_rows(folder / "settlement.txt", AMAZON_HEADER, rows, "\t")


def own_file(folder: Path, rows, name="own.csv") -> Path:
    return write_rows(folder / name, ["no", "got", "when", "what", "back", "back at", "fee"], rows)


OWN_MAPPING = {
    "order": "no", "paid": "got", "ordered_at": "when", "item": "what", "refund": "back", "refunded_at": "back at",
    "fees": "fee",
}  # fmt: skip
