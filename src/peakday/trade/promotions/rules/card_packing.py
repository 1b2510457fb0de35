"""Which early cards that do not exclude each other are worth most together?

Cards are looked at one by one, rivals next to each other; what can be had from one on depends only on which of the
cards to come are blocked. Few ways to be blocked occur, since most cards belong to one shop: each is worked out once.
"""

from collections.abc import Mapping, Sequence


class Packing:
    """The cards of positive worth in turn, and the most that is to be had from a place on."""

    def __init__(self, cards: Sequence[int], worths: Mapping[int, int], rivals: Sequence[int]) -> None:
        self.cards = cards
        self._worths = [worths[card] for card in cards]
        self._rivals = [rivals[card] for card in cards]
        self._later = [0] * (len(cards) + 1)
        for place in range(len(cards) - 1, -1, -1):
            self._later[place] = self._later[place + 1] | 1 << cards[place]
        self._known: list[dict[int, int]] = [{} for _ in cards]

    def most(self, place: int, blocked: int) -> int:
        """The most from a place on, when these cards (bits) are blocked."""
        if place == len(self.cards):
            return 0
        blocked &= self._later[place]
        known = self._known[place]
        found = known.get(blocked)
        if found is None:
            found = self.most(place + 1, blocked)
            worth = self._worths[place]
            if worth > 0 and not blocked >> self.cards[place] & 1:
                used = worth + self.most(place + 1, blocked | self._rivals[place])
                found = max(found, used)
            known[blocked] = found
        return found

    def best(self) -> list[int]:
        """The cards that are worth most together, the earlier ones of equals."""
        found, blocked = [], 0
        for place, card in enumerate(self.cards):
            if blocked >> card & 1 or self._worths[place] <= 0:
                continue
            taken = blocked | self._rivals[place]
            if self._worths[place] + self.most(place + 1, taken) >= self.most(place + 1, blocked):
                found.append(card)
                blocked = taken
        return found
