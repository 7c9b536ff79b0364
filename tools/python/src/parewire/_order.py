"""Puts a graph's nodes into an order that depends on nothing but the network.

tf2onnx orders nodes by their names, which have counters in them, and by hashes of strings. The tool
numbers layers by the order of nodes, and a layer's number chooses its random stream.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import TypeAlias

from onnx import AttributeProto, GraphProto, NodeProto

Ranks: TypeAlias = Mapping[str, int | None]


def order_nodes(graph: GraphProto, weights: Mapping[str, int]) -> None:
    """Order the nodes of a graph, and those of its subgraphs, by data flow and then by weights.

    Of several nodes that may be next, those that read no weight come first; of others the one whose
    weight has the least rank. So the order of the nodes with a weight follows from the graph alone.

    Args:
        graph: the graph.
        weights: the rank of each tensor that may be a weight.
    """
    _Order(graph, weights).apply()


class _Order:
    def __init__(self, graph: GraphProto, outer: Ranks) -> None:
        self._graph = graph
        # Constants and what is made of them alone, each with the least rank of a weight in it.
        self._constant: dict[str, int | None] = dict(outer)
        for tensor in graph.initializer:
            self._constant.setdefault(tensor.name, None)

    def apply(self) -> None:
        nodes = self._sorted(list(self._graph.node))
        del self._graph.node[:]
        self._graph.node.extend(nodes)
        for node in self._graph.node:
            for body in _bodies(node):
                _Order(body, self._constant).apply()

    def _sorted(self, nodes: list[NodeProto]) -> list[NodeProto]:
        sorter = TopologicalSorter(_dependencies(nodes))
        sorter.prepare()
        ordered: list[int] = []
        with_weight: list[tuple[int, int]] = []
        while sorter.is_active():
            ready = sorter.get_ready()
            for node in ready:
                rank = self._rank(nodes[node])
                if rank is None:
                    ordered.append(node)
                    sorter.done(node)
                else:
                    heapq.heappush(with_weight, (rank, node))
            if not ready:
                _, node = heapq.heappop(with_weight)
                ordered.append(node)
                sorter.done(node)
        return [nodes[node] for node in ordered]

    def _rank(self, node: NodeProto) -> int | None:
        """Return the least rank of a weight that a node reads; None if it reads constants alone."""
        names = list(_inputs(node))
        known = [self._constant[name] for name in names if name in self._constant]
        rank = min((each for each in known if each is not None), default=None)
        if len(known) == len(names):
            self._constant |= dict.fromkeys(node.output, rank)
            return None
        return rank


def _dependencies(nodes: list[NodeProto]) -> dict[int, set[int]]:
    """Return, for the number of each node, the numbers of those whose outputs it reads."""
    makers = {name: i for i, node in enumerate(nodes) for name in node.output if name}
    return {
        i: {makers[name] for name in _inputs(node) if name in makers}
        for i, node in enumerate(nodes)
    }


def _inputs(node: NodeProto) -> Iterator[str]:
    """Give what a node reads, its subgraphs included."""
    yield from filter(None, node.input)
    for body in _bodies(node):
        inner = {each.name for each in (*body.input, *body.initializer)}
        inner |= {name for each in body.node for name in each.output}
        read = [name for each in body.node for name in _inputs(each)]
        yield from (name for name in read if name not in inner)


def _bodies(node: NodeProto) -> Iterator[GraphProto]:
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.g
        elif attribute.type == AttributeProto.GRAPHS:
            yield from attribute.graphs
