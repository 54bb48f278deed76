//! Which edges are turned round, and which layer each node is in.

/// For each edge whether it must be turned round so that no circle is left: those that lead back to
/// a node on the way to it.
pub(super) fn turned(nodes: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    let mut entered = vec![false; nodes];
    for (index, &(from, to)) in edges.iter().enumerate() {
        out[from].push(index);
        entered[to] = true;
    }
    let mut turned = vec![false; edges.len()];
    let mut marks = vec![Mark::New; nodes];
    // From the sources first: an edge that leads back to where all starts is the one to turn.
    let sources = (0..nodes).filter(|&node| !entered[node]);
    let starts: Vec<usize> = sources.chain(0..nodes).collect();
    for start in starts {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        let mut path = vec![(start, 0)];
        while let Some((node, seen)) = path.last_mut() {
            let Some(&edge) = out[*node].get(*seen) else {
                marks[*node] = Mark::Done;
                path.pop();
                continue;
            };
            *seen += 1;
            let to = edges[edge].1;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    path.push((to, 0));
                }
                Mark::Open => turned[edge] = true,
                Mark::Done => {}
            }
        }
    }
    turned
}

/// The layer of each node: as far left as its predecessors let it; then what has only successors
/// moves right, next to the first of them. The edges have no circles but those of one node.
pub(super) fn assign(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    let mut open = vec![0_usize; nodes];
    for &(from, to) in edges.iter().filter(|(from, to)| from != to) {
        out[from].push(to);
        open[to] += 1;
    }
    let source: Vec<bool> = open.iter().map(|&open| open == 0).collect();
    let mut layer = vec![0_usize; nodes];
    let mut ready: Vec<usize> = (0..nodes).filter(|&node| source[node]).collect();
    while let Some(node) = ready.pop() {
        for &next in &out[node] {
            layer[next] = layer[next].max(layer[node] + 1);
            open[next] -= 1;
            if open[next] == 0 {
                ready.push(next);
            }
        }
    }
    for node in (0..nodes).filter(|&node| source[node]) {
        if let Some(first) = out[node].iter().map(|&next| layer[next]).min() {
            layer[node] = first.saturating_sub(1);
        }
    }
    layer
}
