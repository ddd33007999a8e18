"""The strategy for a way of asking."""

from s1ecs.collect.strategies.by_time import ByTimeStrategy
from s1ecs.collect.strategies.by_time_items import ByTimeItemsStrategy
from s1ecs.collect.strategies.inventory import InventoryStrategy
from s1ecs.collect.strategies.inventory_items import InventoryItemsStrategy
from s1ecs.collect.strategies.strategy import Strategy
from s1ecs.collect.strategies.window import WindowStrategy
from s1ecs.streams.collection_modes import Asking, ByTime, CallPerItem, Inventory, Window


def strategy_of(ask: Asking) -> Strategy:
    """Choose the strategy; nothing else tells ways of asking apart."""
    match ask:
        case ByTime(per_item=CallPerItem() as call):
            return ByTimeItemsStrategy(ask, call)
        case ByTime():
            return ByTimeStrategy(ask)
        case Inventory(per_item=CallPerItem() as call):
            return InventoryItemsStrategy(ask, call)
        case Inventory():
            return InventoryStrategy(ask)
        case Window():
            return WindowStrategy(ask)
