// Targeted selection: the rows nearest to examples of what the model is for. The targets take
// turns, and each takes the row nearest to it that is not taken yet.
//
//   target q takes   argmax_{x not taken} cos(q, x)                                              (RDS+)
//   with diversity   argmax_{x not taken} (1 − λ)·cos(q, x) − λ·max_{s taken} cos(s, x)          (MMR), max over none = 0
//
// Targets take turns in their order, again and again, until pool.count rows are taken; with more
// targets than that, the last ones never have a turn. Ties to the smaller row. cos is the canonical
// cosine (parts/pool_rows.h), so the picks are the same on every machine and for any number of
// threads. A target of zeros has no direction and no turn.
//
// Source: Ivison, Zhang, Brahman, Koh & Dasigi, "Large-scale data selection for instruction
// tuning", arXiv:2503.01807 (there, over means of a language model's hidden states). Their code
// lets a target whose nearest row is taken miss its turn; here it takes the next one, as the paper
// says. MMR: Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering
// documents and producing summaries", SIGIR 1998, where one query ranks all.
//
// Cost: targets·n dots, 30 to 60 ns each for 256 columns, and again n for every target whose list
// of twice its share runs out; with diversity 2·n·count dots. Memory: 40 bytes per row, and 32 for
// each row that is taken.
//
// Traps. Many alike targets take many alike rows: thin the targets out first, or ask for
// diversity. Nothing here asks how good a row is, only how near.
#pragma once

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct TowardOptions {
  double diversity = 0;  ///< λ, 0…1
};

/// The first pool.count picks; gains are the value by which each was taken. Throws InputError for
/// targets of which none has a direction. REQUIRES: equal widths, finite rows and targets.
Ranking toward(const Features& features, const Features& targets, const PoolTask& pool, const TowardOptions& options,
               const Context& context);

}  // namespace decant
