//! Where each place is: columns by layer, and in a column as near to the neighbours as the order
//! and the distances allow.

use super::{Gaps, Place};

/// So often the columns are moved towards their neighbours, to and fro.
const SWEEPS: usize = 8;

/// Where everything is.
pub(super) struct Placed {
    /// The left upper corner of each place.
    pub corners: Vec<(f64, f64)>,
    /// The left and the right side of each layer.
    pub columns: Vec<(f64, f64)>,
    /// The size of it all.
    pub width: f64,
    pub height: f64,
}

/// Places everything.
pub(super) fn placed(
    places: &[Place],
    order: &[Vec<usize>],
    links: &[(usize, usize)],
    gaps: Gaps,
) -> Placed {
    let (mut left, mut right) = (vec![Vec::new(); places.len()], vec![Vec::new(); places.len()]);
    for &(from, to) in links {
        right[from].push(to);
        left[to].push(from);
    }
    let mut middle = vec![0.0; places.len()];
    for layer in order {
        let mut y = 0.0;
        for &index in layer {
            let height = places[index].size.height;
            middle[index] = y + height / 2.0;
            y += height + gaps.node;
        }
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let neighbours = if forward { &left } else { &right };
        for step in 0..order.len() {
            let layer = if forward { step } else { order.len() - 1 - step };
            settle(&order[layer], neighbours, places, gaps, &mut middle);
        }
    }
    draw_together(places, order, links, gaps, &mut middle);
    corners(places, order, gaps, &middle)
}

/// Moves the places of a layer to the middle of their neighbours, as near as their order and
/// distances allow: the least squares of all moves, by pooling those that would collide.
fn settle(
    layer: &[usize],
    neighbours: &[Vec<usize>],
    places: &[Place],
    gaps: Gaps,
    middle: &mut [f64],
) {
    // With the distances taken off, the order alone remains: no value below the one before it.
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(layer.len());
    // Each pool: the sum of wishes by weight, the weight, and how many places it has.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (at, &index) in layer.iter().enumerate() {
        if let Some(&above) = at.checked_sub(1).and_then(|above| layer.get(above)) {
            let half = |index: usize| places[index].size.height / 2.0;
            offset += half(above) + gaps.node + half(index);
        }
        offsets.push(offset);
        let near = &neighbours[index];
        let (wish, weight) = match near.len() {
            0 => (middle[index], 0.1),
            many => {
                let sum: f64 = near.iter().map(|&next| middle[next]).sum();
                // A long edge should be straight.
                let weight = if places[index].bend { 4.0 } else { 1.0 };
                (sum / many as f64, weight)
            }
        };
        let mut pool = ((wish - offset) * weight, weight, 1);
        while let Some(&(sum, weight, count)) = pools.last() {
            if sum / weight <= pool.0 / pool.1 {
                break;
            }
            pool = (pool.0 + sum, pool.1 + weight, pool.2 + count);
            pools.pop();
        }
        pools.push(pool);
    }
    let mut rest = layer.iter().zip(offsets);
    for (sum, weight, count) in pools {
        for (&index, offset) in rest.by_ref().take(count) {
            middle[index] = sum / weight + offset;
        }
    }
}

/// Moves each part that nothing joins to the others up to what is above it: nothing pulls it there.
fn draw_together(
    places: &[Place],
    order: &[Vec<usize>],
    links: &[(usize, usize)],
    gaps: Gaps,
    middle: &mut [f64],
) {
    let part = parts(places.len(), links);
    let half = |index: usize| places[index].size.height / 2.0;
    let mut tops = vec![f64::INFINITY; places.len()];
    let mut members: Vec<Vec<(usize, Option<usize>)>> = vec![Vec::new(); places.len()];
    for layer in order {
        for (at, &index) in layer.iter().enumerate() {
            let above = at.checked_sub(1).map(|above| layer[above]);
            members[part[index]].push((index, above));
            tops[part[index]] = tops[part[index]].min(middle[index] - half(index));
        }
    }
    let highest = tops.iter().copied().fold(f64::INFINITY, f64::min);
    let mut sorted: Vec<usize> = (0..places.len()).filter(|&part| tops[part].is_finite()).collect();
    sorted.sort_by(|&a, &b| tops[a].total_cmp(&tops[b]));
    for this in sorted {
        let room = members[this].iter().filter_map(|&(index, above)| match above {
            Some(above) if part[above] == this => None,
            Some(above) => {
                let edge = middle[above] + half(above) + gaps.node;
                Some(middle[index] - half(index) - edge)
            }
            None => Some(middle[index] - half(index) - highest),
        });
        let shift = room.fold(f64::INFINITY, f64::min);
        if shift.is_finite() && shift > 0.0 {
            for &(index, _) in &members[this] {
                middle[index] -= shift;
            }
        }
    }
}

/// For each place the part that it belongs to, named by one of its places.
fn parts(places: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); places];
    for &(from, to) in links {
        near[from].push(to);
        near[to].push(from);
    }
    let mut part = vec![usize::MAX; places];
    for start in 0..places {
        let mut open = vec![start];
        while let Some(index) = open.pop() {
            if part[index] == usize::MAX {
                part[index] = start;
                open.extend(&near[index]);
            }
        }
    }
    part
}

fn corners(places: &[Place], order: &[Vec<usize>], gaps: Gaps, middle: &[f64]) -> Placed {
    let top = |index: usize| middle[index] - places[index].size.height / 2.0;
    let all = || order.iter().flatten().copied();
    let highest = all().map(top).fold(f64::INFINITY, f64::min);
    let highest = if highest.is_finite() { highest } else { 0.0 };
    let mut corners = vec![(0.0, 0.0); places.len()];
    let mut columns = Vec::with_capacity(order.len());
    let mut x = 0.0;
    for layer in order {
        let width = layer.iter().map(|&index| places[index].size.width).fold(0.0, f64::max);
        for &index in layer {
            corners[index] = (x, top(index) - highest);
        }
        columns.push((x, x + width));
        x += width + gaps.layer;
    }
    let bottom = |index: usize| corners[index].1 + places[index].size.height;
    let height = all().map(bottom).fold(0.0, f64::max);
    Placed { corners, columns, width: (x - gaps.layer).max(0.0), height }
}
