"""Does the matcher find same products, on public pairs of real Chinese listings?

The pairs are labelled listings of a large market (train, val, test; hard files with confusing pairs of items that no
other file has; an imbalanced file with one positive in a hundred). Learnt on `train` only. The cut of the F1 figures is
chosen on `val`; the precision-first point on predictions for `train` and `val` by models that had not seen the pair, or
neither of its products, whichever is stricter; test files choose nothing. api.Rarity is learnt, without labels, from
the listings of all files, which are the catalogue. Candidates: every listing of every file is the catalogue, at most 50
listings are handed over for one, and no label and no known cluster is used. A true pair is found when its first listing
has the second among its 50 (`candidate_recall`, all of `test`); of either side: when one of the two has the
other. `strangers`: the same of `test_om`, products of which no pair was learnt. A cluster is reached when any other
listing of the first one's product is among the 50: so an item joins its cluster.
"""

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peakday.market.same_products import api
from peakday.market.same_products.model import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path("../shared/data/same-product-ali/all")
HARD = ("test_cfm", "test_om", "test_rl")
IMBALANCED = "test_i"
FILES = ("train", "val", "test", *HARD, IMBALANCED)
CATALOGUE = (*FILES, "test_icfm", "test_iom", "test_irl")
NEAR_DRAWN = 30
STRANGERS = "test_om"
ASKED, STRANGERS_ASKED = 1_000, 150  # at most so many true pairs are asked for candidates: all of `test`
SEED = 5
SPED = 5_000  # pairs that the speed is told of
_CLUSTERS = ("cluster_id_left", "cluster_id_right")
_COLUMNS = ["id", "title", "cate_name", "cate_level_name", "pv_pairs"]


def run(data: Path = DATA, *, learn: bool = False) -> dict[str, object]:
    """Run the bench; returns what `peakday bench same-products --json` prints. `learn` writes the model anew."""
    if not (data / "train.parquet").exists():
        return {"skipped": f"no pairs at {data}: the data have no licence to be shipped"}
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    files = {name: _Pairs(data / f"{name}.parquet") for name in CATALOGUE}
    profiles = {key: api.profile_of(face) for pairs in files.values() for key, face in pairs.faces.items()}
    rarity = api.Rarity()
    rarity.learn(profiles.values())
    told = api.Told(rarity)
    if learn:
        _learn(files, profiles, told)
    api.shipped_model.cache_clear()
    model = api.shipped_model()
    sped, seconds = _seconds(files["train"].of(profiles)[:SPED], api.Told(rarity), model)
    figures: dict[str, Any] = {"f1_hard": {}}
    for name in FILES[1:]:
        labels = np.array(files[name].labels) == 1
        pairs = list(files[name].of(profiles))
        scores = model.probabilities(api.pair_evidence(pairs, told))
        whole, sure = _counted(labels, scores >= model.same_from), _sure(pairs, scores, model)
        figures |= {f"precision_first_{name}": _counted(labels, sure), f"at_cut_{name}": whole}
        if name in HARD:
            figures["f1_hard"][name] = whole["f1"]
    figures |= {
        "f1_test": figures["at_cut_test"]["f1"], "f1_imbalanced": figures[f"at_cut_{IMBALANCED}"]["f1"],
        "precision_first": figures["precision_first_test"], "pairs_per_s": round(sped / seconds),
        **_candidates(files, told, profiles),
    }  # fmt: skip
    return figures


class _Pairs:
    """The pairs of one file."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - the command line starts without it

        sides = [f"{column}_{side}" for side in ("left", "right") for column in _COLUMNS]
        rows = pq.read_table(path, columns=[*sides, *_CLUSTERS, "label"]).to_pydict()
        self.labels = [int(label) for label in rows["label"]]
        self.keys = [(str(left), str(right)) for left, right in zip(rows["id_left"], rows["id_right"], strict=True)]
        self.clusters = list(zip(*(rows[column] for column in _CLUSTERS), strict=True))
        self.faces: dict[str, Face] = {}
        for side in ("left", "right"):
            told = zip(*(rows[f"{column}_{side}"] for column in _COLUMNS), strict=True)
            for number, title, category, department, attributes in told:
                if (key := str(number)) not in self.faces:
                    self.faces[key] = Face(key, title, category, department, "", _attributes(attributes))

    def of(self, profiles: dict[str, api.Profile]) -> list[tuple[api.Profile, api.Profile]]:
        """The pairs with their profiles."""
        return [(profiles[one], profiles[other]) for one, other in self.keys]

    def true_pairs(self) -> Iterable[tuple[str, str]]:
        """Those that are one product."""
        return (pair for pair, label in zip(self.keys, self.labels, strict=True) if label)


def _learn(files: dict[str, _Pairs], profiles: dict[str, api.Profile], told: api.Told) -> None:
    labelled = {
        name: api.Labelled(api.pair_evidence(files[name].of(profiles), told), files[name].labels, files[name].clusters)
        for name in ("train", "val")
    }
    strangers = api.pair_evidence(_strangers(files, profiles), told)
    _write(api.COUNTS_FILE, told.rarity.told())
    _write(api.MODEL_FILE, api.learn(labelled["train"], strangers, labelled["val"]))


def _strangers(files: dict[str, _Pairs], profiles: dict[str, api.Profile]) -> list[tuple[api.Profile, api.Profile]]:
    """Pairs of items of `train` from different clusters that no file names: half near, half of one category."""
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    train = files["train"]
    cluster = {key: number for keys, both in zip(train.keys, train.clusters, strict=True)
               for key, number in zip(keys, both, strict=True)}  # fmt: skip
    named = {frozenset(pair) for pairs in files.values() for pair in pairs.keys}
    draw, items = np.random.default_rng(SEED), [profiles[key] for key in sorted(cluster)]
    by_category: dict[str, list[str]] = {}
    for item in items:
        by_category.setdefault(item.category, []).append(item.key)
    found = []
    for key, near in api.BlockingIndex(items).candidates(items, NEAR_DRAWN):
        for others in (list(near), by_category[profiles[key].category]):
            other = others[int(draw.integers(len(others)))]
            if cluster[other] != cluster[key] and frozenset((key, other)) not in named:
                found.append((profiles[key], profiles[other]))
    return found


def _write(name: str, values: dict[str, Any]) -> None:
    told = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    Path(api.__file__).with_name(name).write_text(told + "\n", encoding="utf-8")


def _attributes(text: str | None) -> dict[str, str]:
    parts = (part.partition("#:#") for part in (text or "").split("#;#"))
    return {key: value for key, _, value in parts if key and value}


def _sure(
    pairs: Sequence[tuple[api.Profile, api.Profile]], scores: "NDArray[Any]", model: api.PairModel
) -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    free = [api.is_firm(one, other) and api.find_veto(one, other) is None for one, other in pairs]
    return np.asarray((scores >= model.price_from) & np.array(free))


def _counted(labels: "NDArray[Any]", said: "NDArray[Any]") -> dict[str, float]:
    right, found, true = int((labels & said).sum()), int(said.sum()), int(labels.sum())
    precision, recall = right / max(found, 1), right / max(true, 1)
    f1 = 2 * right / max(found + true, 1)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "said_same": found}


def _seconds(pairs: list[tuple[api.Profile, api.Profile]], told: api.Told, model: api.PairModel) -> tuple[int, float]:
    """Processor time of evidence and score of pairs, with nothing remembered from before."""
    begun = time.process_time()
    model.probabilities(api.pair_evidence(pairs, told))
    return len(pairs), time.process_time() - begun


def _candidates(files: dict[str, _Pairs], told: api.Told, profiles: dict[str, api.Profile]) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    begun = time.process_time()
    index = api.BlockingIndex(list(profiles.values()))
    built = time.process_time() - begun
    product = {
        key: one for pairs in files.values() for keys, ones in zip(pairs.keys, pairs.clusters, strict=True)
        for key, one in zip(keys, ones, strict=True)
    }  # fmt: skip
    figures: dict[str, Any] = {}
    asked, looked, begun = 0, 0, time.process_time()
    for name, after, most in (("test", "", ASKED), (STRANGERS, "_strangers", STRANGERS_ASKED)):
        truth = list(files[name].true_pairs())
        drawn = [truth[at] for at in np.random.default_rng(SEED).permutation(len(truth))[:most]]
        catalogue = api.Neighbourhood(index, profiles, told, api.shipped_model())
        near = dict(catalogue.candidates(list(dict.fromkeys(key for pair in drawn for key in pair))))
        either = [other in near[one] or one in near[other] for one, other in drawn]
        reached = [any(product[key] == product[one] for key in near[one]) for one, _ in drawn]
        asked, looked = asked + len(near), looked + catalogue.pairs_looked_at
        figures |= {
            f"candidate_recall{after}": _share([other in near[one] for one, other in drawn]),
            f"candidate_recall_of_either_side{after}": _share(either), f"clusters_reached{after}": _share(reached),
            f"candidate_pairs_asked{after}": len(drawn), f"candidates_most{after}": max(map(len, near.values())),
        }  # fmt: skip
    seconds = time.process_time() - begun
    return figures | {
        "candidates": api.CANDIDATES_MAX, "catalogue": len(profiles), "index_bytes": index.size_bytes,
        "index_built_s": round(built, 2), "items_asked_per_s": round(asked / seconds, 1),
        "pairs_looked_at_an_item": round(looked / asked),
    }  # fmt: skip


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 4)
