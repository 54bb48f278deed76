//! The order in each layer, so that few edges cross.

use super::Place;

/// So often all layers are ordered by their neighbours, to and fro.
const SWEEPS: usize = 12;

/// The places of each layer, from top to bottom.
pub(super) fn ordered(places: &[Place], links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let layers = places.iter().map(|place| place.layer + 1).max().unwrap_or(0);
    let (mut left, mut right) = (vec![Vec::new(); places.len()], vec![Vec::new(); places.len()]);
    for &(from, to) in links {
        right[from].push(to);
        left[to].push(from);
    }
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); layers];
    // Depth first from the top, so that what belongs together starts out together.
    let mut seen = vec![false; places.len()];
    for (start, before) in left.iter().enumerate() {
        let mut open = if before.is_empty() { vec![start] } else { Vec::new() };
        while let Some(index) = open.pop() {
            if !std::mem::replace(&mut seen[index], true) {
                order[places[index].layer].push(index);
                open.extend(right[index].iter().rev().filter(|&&next| !seen[next]));
            }
        }
    }
    let mut rank = ranks(&order, places.len());
    let mut best = (count(&order, &right, &rank), order.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let forward = sweep % 2 == 0;
        let neighbours = if forward { &left } else { &right };
        for step in 0..layers {
            let layer = if forward { step } else { layers - 1 - step };
            arrange(&mut order[layer], neighbours, &mut rank);
        }
        let crossings = count(&order, &right, &rank);
        if crossings < best.0 {
            best = (crossings, order.clone());
        }
    }
    best.1
}

fn ranks(order: &[Vec<usize>], places: usize) -> Vec<usize> {
    let mut rank = vec![0; places];
    for layer in order {
        for (at, &index) in layer.iter().enumerate() {
            rank[index] = at;
        }
    }
    rank
}

/// Orders a layer by the middle of each place's neighbours; one without neighbours stays.
fn arrange(layer: &mut [usize], neighbours: &[Vec<usize>], rank: &mut [usize]) {
    let middle = |index: usize| {
        let near = &neighbours[index];
        match near.len() {
            0 => rank[index] as f64,
            many => near.iter().map(|&next| rank[next] as f64).sum::<f64>() / many as f64,
        }
    };
    let mut keyed: Vec<(f64, usize)> = layer.iter().map(|&index| (middle(index), index)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (at, (_, index)) in keyed.into_iter().enumerate() {
        layer[at] = index;
        rank[index] = at;
    }
}

/// How many pairs of links cross: inversions, layer by layer, by a Fenwick tree.
fn count(order: &[Vec<usize>], right: &[Vec<usize>], rank: &[usize]) -> u64 {
    let mut total = 0;
    for (at, layer) in order.iter().enumerate() {
        let width = order.get(at + 1).map_or(0, Vec::len);
        let mut tree = vec![0_u64; width + 1];
        let mut seen = 0;
        for &index in layer {
            // A link over several layers, which has no places there, is not counted.
            let next =
                |&&to: &&usize| order.get(at + 1).and_then(|next| next.get(rank[to])) == Some(&to);
            let mut targets: Vec<usize> =
                right[index].iter().filter(next).map(|&to| rank[to]).collect();
            targets.sort_unstable();
            for &target in &targets {
                let mut position = target + 1;
                let mut before = 0;
                while position > 0 {
                    before += tree[position];
                    position &= position - 1;
                }
                total += seen - before;
            }
            for &target in &targets {
                let mut position = target + 1;
                while position < tree.len() {
                    tree[position] += 1;
                    position += position & position.wrapping_neg();
                }
                seen += 1;
            }
        }
    }
    total
}
