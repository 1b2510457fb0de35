"""Which words do pages use for the values of a dimension that are codes: terminals, sources, hours?"""

from peakday.kernel.text import Text

TERMINALS = {
    "pc": Text("电脑", "Desktop"),
    "app": Text("手机 App", "App"),
    "wap": Text("手机网页", "Mobile web"),
    "store": Text("门店", "Store"),
}
SOURCES = {
    "search": Text("搜索", "Search"),
    "recommend": Text("推荐", "Recommendation"),
    "cart": Text("购物车", "Cart"),
    "favourites": Text("收藏", "Favourites"),
    "direct": Text("直接访问", "Direct"),
    "live": Text("直播", "Live"),
    "content": Text("内容", "Content"),
    "ads": Text("付费推广", "Paid ads"),
    "mini": Text("小程序", "Mini program"),
    "home": Text("首页", "Home page"),
    "campaign": Text("活动会场", "Campaign page"),
    "external": Text("站外", "External"),
}
WEEKDAYS = {
    1: Text("周一", "Mon"),
    2: Text("周二", "Tue"),
    3: Text("周三", "Wed"),
    4: Text("周四", "Thu"),
    5: Text("周五", "Fri"),
    6: Text("周六", "Sat"),
    7: Text("周日", "Sun"),
}
EVENT_TYPES = {
    "impression": Text("曝光", "Impression"),
    "click": Text("点击", "Click"),
    "pv": Text("浏览", "Page view"),
    "search": Text("搜索", "Search"),
    "fav": Text("收藏", "Favourite"),
    "cart": Text("加购", "Add to cart"),
    "follow": Text("关注", "Follow"),
    "join": Text("入会", "Join"),
    "comment": Text("评论", "Comment"),
    "like": Text("点赞", "Like"),
    "share": Text("分享", "Share"),
    "inquiry": Text("咨询", "Inquiry"),
    "order": Text("下单", "Order"),
    "pay": Text("支付", "Payment"),
    "refund": Text("退款", "Refund"),
    "confirm": Text("确认收货", "Confirmation"),
    "review": Text("评价", "Review"),
}
KINDS = {"spot": Text("现货", "Spot"), "presale": Text("预售", "Presale")}
STATUSES = {
    "awaiting_payment": Text("待付款", "Awaiting payment"),
    "awaiting_balance": Text("待付尾款", "Awaiting balance"),
    "awaiting_shipment": Text("待发货", "To ship"),
    "shipped": Text("已发货", "Shipped"),
    "completed": Text("已完成", "Completed"),
    "closed": Text("已关闭", "Closed"),
}
COLUMNS = {  # of facts, and of dimensions
    "created_at": Text("下单时间", "Placed at"),
    "paid_at": Text("付款时间", "Paid at"),
    "completed_at": Text("完成时间", "Completed at"),
    "ts": Text("时间", "At"),
    "type": Text("行为", "Event"),
    "order_id": Text("订单", "Order"),
    "refund_id": Text("退款单", "Refund"),
    "line_no": Text("行", "Line"),
    "buyer_id": Text("买家", "Buyer"),
    "user_id": Text("访客", "Visitor"),
    "person_id": Text("人", "Person"),
    "item_id": Text("商品", "Item"),
    "title": Text("标题", "Title"),
    "category_id": Text("类目", "Category"),
    "kind": Text("类型", "Kind"),
    "terminal": Text("终端", "Terminal"),
    "region_id": Text("地区", "Region"),
    "source": Text("来源", "Source"),
    "status": Text("状态", "Status"),
    "page": Text("页面", "Page"),
    "search_query": Text("搜索词", "Search word"),
    "dwell_seconds": Text("停留秒数", "Dwell seconds"),
    "quantity": Text("件数", "Pieces"),
    "list_minor": Text("标价金额", "List amount"),
    "list_price_minor": Text("一口价", "List price"),
    "discount_minor": Text("优惠", "Discount"),
    "postage_minor": Text("邮费", "Postage"),
    "paid_minor": Text("实付", "Paid"),
    "refund_minor": Text("已退", "Refunded"),
    "amount_minor": Text("金额", "Amount"),
    "first_listed_day": Text("首次上架", "First listed"),
    "day": Text("日期", "Day"),
    "hour": Text("小时", "Hour"),
    "item": Text("商品", "Item"),
    "category": Text("类目", "Category"),
    "region": Text("地区", "Region"),
    "price_band": Text("价格带", "Price band"),
    "search_word": Text("搜索词", "Search word"),
    "week_hour": Text("星期与小时", "Weekday and hour"),
}


def hour_text(hour: int) -> Text:
    """An hour of the day as it begins: 08:00."""
    return Text(f"{hour:02d}:00", f"{hour:02d}:00")
