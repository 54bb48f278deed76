//! A layered layout from left to right, after Sugiyama: edges that close a circle are turned round,
//! nodes get layers, edges over several layers get a place in each, orders with few crossings are
//! looked for, then every node is moved towards its neighbours as far as the others let it.
//!
//! Nothing overlaps: in a layer each node keeps its distance from the next, and an edge that passes
//! a layer has a place of its own in it. All steps are loops, so a graph of any depth is fine.

mod coordinates;
mod crossings;
mod layers;

use coordinates::Placed;

/// A node to be placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
}

/// What the layout keeps free.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gaps {
    /// Between two layers.
    pub layer: f64,
    /// Between two nodes of a layer.
    pub node: f64,
}

/// Where everything is.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// The left upper corner of each node.
    pub nodes: Vec<(f64, f64)>,
    /// The points of each edge, from its start to its end; the first and the last lie on the sides
    /// of the nodes.
    pub edges: Vec<Vec<(f64, f64)>>,
    /// The size of it all.
    pub width: f64,
    pub height: f64,
}

/// Of more places for long edges the picture would be unreadable and slow: they go straight.
const MOST_BENDS: usize = 20_000;

/// A node, or the place where an edge passes a layer.
#[derive(Debug, Clone, Copy)]
struct Place {
    layer: usize,
    size: Size,
    bend: bool,
}

/// Places the nodes. An edge from a node to itself has no points.
pub(super) fn layered(sizes: &[Size], edges: &[(usize, usize)], gaps: Gaps) -> Layout {
    let turned = layers::turned(sizes.len(), edges);
    // Two nodes that point at each other: one of the two edges is turned, and both are drawn.
    let forward: Vec<(usize, usize)> = edges
        .iter()
        .zip(&turned)
        .map(|(&(from, to), &turned)| if turned { (to, from) } else { (from, to) })
        .collect();
    let layer = layers::assign(sizes.len(), &forward);
    let mut places: Vec<Place> = sizes
        .iter()
        .zip(&layer)
        .map(|(&size, &layer)| Place { layer, size, bend: false })
        .collect();
    let long = |&(from, to): &(usize, usize)| layer[to].saturating_sub(layer[from] + 1);
    let bends: usize = forward.iter().map(long).sum();
    let mut links: Vec<(usize, usize)> = Vec::new();
    let mut routes: Vec<Vec<usize>> = Vec::with_capacity(edges.len());
    for &(from, to) in &forward {
        let mut route = vec![from];
        if from != to && bends <= MOST_BENDS {
            for between in layer[from] + 1..layer[to] {
                route.push(places.len());
                let size = Size { width: 0.0, height: gaps.node / 2.0 };
                places.push(Place { layer: between, size, bend: true });
            }
        }
        route.push(to);
        if from != to {
            links.extend(route.windows(2).map(|pair| (pair[0], pair[1])));
        }
        routes.push(route);
    }
    let order = crossings::ordered(&places, &links);
    let placed = coordinates::placed(&places, &order, &links, gaps);
    let nodes = placed.corners.get(..sizes.len()).unwrap_or_default().to_vec();
    let points = routes
        .iter()
        .zip(&turned)
        .map(|(route, turned)| points(route, *turned, &places, &placed))
        .collect();
    Layout { nodes, edges: points, width: placed.width, height: placed.height }
}

/// The points of an edge: right side of the left node, through its places, left side of the right
/// node. In a column it runs level, at a height that no other node has; it bends only between two
/// columns, where nothing is. One that was turned round leaves room for one that was not.
fn points(route: &[usize], turned: bool, places: &[Place], placed: &Placed) -> Vec<(f64, f64)> {
    let (Some(&first), Some(&last)) = (route.first(), route.last()) else { return Vec::new() };
    if first == last {
        return Vec::new();
    }
    let share = if turned { 0.75 } else { 0.5 };
    let mut points = Vec::with_capacity(2 * route.len());
    for &index in route {
        let (Some(place), Some(&(x, y))) = (places.get(index), placed.corners.get(index)) else {
            continue;
        };
        let Some(&(left, right)) = placed.columns.get(place.layer) else { continue };
        let y = y + place.size.height * if place.bend { 0.5 } else { share };
        if index == first {
            points.push((x + place.size.width, y));
        } else {
            points.push((left, y));
        }
        if index != last {
            points.push((right, y));
        }
    }
    points.dedup();
    if turned {
        points.reverse();
    }
    points
}

#[cfg(test)]
mod tests;
