//! What every layout must hold, on graphs of all kinds.

use super::*;
use proptest::prelude::*;

const GAPS: Gaps = Gaps { layer: 40.0, node: 16.0 };

fn sizes(count: usize) -> Vec<Size> {
    (0..count)
        .map(|index| Size {
            width: 60.0 + (index % 5) as f64 * 30.0,
            height: 30.0 + (index % 3) as f64 * 25.0,
        })
        .collect()
}

fn assert_no_overlap(sizes: &[Size], layout: &Layout) {
    for (a, (size_a, at_a)) in sizes.iter().zip(&layout.nodes).enumerate() {
        assert!(at_a.0 >= -0.01 && at_a.1 >= -0.01, "node {a} is outside");
        assert!(at_a.0 + size_a.width <= layout.width + 0.01, "node {a} is outside");
        assert!(at_a.1 + size_a.height <= layout.height + 0.01, "node {a} is outside");
        for (b, (size_b, at_b)) in sizes.iter().zip(&layout.nodes).enumerate().skip(a + 1) {
            let apart = at_a.0 + size_a.width <= at_b.0 + 0.01
                || at_b.0 + size_b.width <= at_a.0 + 0.01
                || at_a.1 + size_a.height <= at_b.1 + 0.01
                || at_b.1 + size_b.height <= at_a.1 + 0.01;
            assert!(apart, "nodes {a} and {b} overlap: {at_a:?} {at_b:?}");
        }
    }
}

/// Edges run level where nodes are, and through no node but their own two.
fn assert_free(sizes: &[Size], edges: &[(usize, usize)], layout: &Layout) {
    for (points, &(from, to)) in layout.edges.iter().zip(edges) {
        for (node, (size, &(left, top))) in sizes.iter().zip(&layout.nodes).enumerate() {
            if node == from || node == to {
                continue;
            }
            for pair in points.windows(2) {
                let (start, end) = (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0));
                let beside = end <= left + 0.01 || start >= left + size.width - 0.01;
                let level = (pair[0].1 - pair[1].1).abs() < 0.001;
                let above = pair[0].1 <= top || pair[0].1 >= top + size.height;
                assert!(
                    beside || (level && above),
                    "{from} to {to} runs through {node}: {points:?}"
                );
            }
        }
    }
}

#[test]
fn a_chain_is_a_straight_line() {
    let sizes = vec![Size { width: 50.0, height: 20.0 }; 4];
    let layout = layered(&sizes, &[(0, 1), (1, 2), (2, 3)], GAPS);
    assert_eq!(layout.nodes, [(0.0, 0.0), (90.0, 0.0), (180.0, 0.0), (270.0, 0.0)]);
    assert_eq!(layout.edges[1], [(140.0, 10.0), (180.0, 10.0)]);
    assert_eq!((layout.width, layout.height), (320.0, 20.0));
}

#[test]
fn edges_go_from_left_to_right_except_those_that_close_a_circle() {
    let layout = layered(&sizes(4), &[(0, 1), (1, 2), (2, 0), (3, 3), (2, 1)], GAPS);
    let ends = |edge: usize| (layout.edges[edge][0].0, layout.edges[edge].last().map(|end| end.0));
    for edge in [0, 1] {
        assert!(Some(ends(edge).0) < ends(edge).1, "{edge}");
    }
    for edge in [2, 4] {
        assert!(Some(ends(edge).0) > ends(edge).1, "{edge}");
    }
    assert!(layout.edges[3].is_empty());
    assert_no_overlap(&sizes(4), &layout);
}

#[test]
fn a_long_edge_passes_beside_the_nodes() {
    let sizes = vec![Size { width: 50.0, height: 40.0 }; 5];
    let edges = [(0, 1), (1, 2), (2, 3), (0, 3), (0, 4)];
    let layout = layered(&sizes, &edges, GAPS);
    assert_free(&sizes, &edges, &layout);
    assert_eq!(layout.edges[3].len(), 6, "it has a place in each of two layers");
}

#[test]
fn avoidable_crossings_are_avoided() {
    // Two chains, whose edges cross when each layer keeps the order of the nodes.
    let layout =
        layered(&[Size { width: 10.0, height: 10.0 }; 6], &[(0, 3), (1, 2), (2, 5), (3, 4)], GAPS);
    let y = |node: usize| layout.nodes[node].1;
    assert_eq!(y(0) < y(1), y(3) < y(2));
    assert_eq!(y(3) < y(2), y(4) < y(5));
}

#[test]
fn nothing_is_a_layout_too() {
    let layout = layered(&[], &[], GAPS);
    assert_eq!((layout.width, layout.height), (0.0, 0.0));
    let alone = layered(&sizes(1), &[], GAPS);
    assert_eq!(alone.nodes, [(0.0, 0.0)]);
}

#[test]
fn large_and_dense_graphs_have_layouts() {
    let chain: Vec<_> = (1..300).map(|to| (to - 1, to)).collect();
    assert_no_overlap(&sizes(300), &layered(&sizes(300), &chain, GAPS));
    let all: Vec<_> = (0..120).flat_map(|to| (0..to).map(move |from| (from, to))).collect();
    assert_no_overlap(&sizes(120), &layered(&sizes(120), &all, GAPS));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nodes_never_overlap(
        edges in proptest::collection::vec((0_usize..30, 0_usize..30), 0..80),
    ) {
        let sizes = sizes(30);
        let layout = layered(&sizes, &edges, GAPS);
        assert_no_overlap(&sizes, &layout);
        assert_free(&sizes, &edges, &layout);
        for (index, &(from, to)) in edges.iter().enumerate() {
            prop_assert_eq!(layout.edges[index].is_empty(), from == to);
        }
    }
}
