package main

import (
	"fmt"
	"math"
)

// agreeWithin is how far what the model finds may be from what the service finds, at each column of the tables.
const agreeWithin = .005

// agree makes sure that the model is the service: its queue before any decision, and what its reviewer finds. Otherwise leaving
// out signals in the model would tell nothing of the service.
func (r *report) agree() error {
	if at := parting(r.model.untouched(r.weights), r.before); at < len(r.before) {
		return fmt.Errorf("before any decision, the model's queue is another than the service's from group %d on: an ablation would tell nothing", at+1)
	}
	model := r.curve(r.model.work(r.weights, nil))
	for _, share := range openedShares {
		if m, s := model.found(share), r.overall.found(share); math.Abs(m-s) > agreeWithin {
			return fmt.Errorf("within the first %.0f %%, the model's reviewer finds %.1f %% and the service's %.1f %%: an ablation would tell nothing", 100*share, 100*m, 100*s)
		}
	}
	return nil
}

// agreement says how near the model is, once it agrees.
func (r *report) agreement() string {
	opened := workedOf(len(r.worked))
	if at := parting(r.model.work(r.weights, nil), r.worked); at < opened {
		return fmt.Sprintf("it opens the same first %d of %d groups as the service's reviewer, and finds as much within %.1f points at each column", at, opened, 100*agreeWithin)
	}
	return fmt.Sprintf("it opens the same %d groups in the same order as the service's reviewer", opened)
}

// parting returns how many groups two orders begin with in common.
func parting(a, b []*group) int {
	for i := range min(len(a), len(b)) {
		if a[i].ID != b[i].ID {
			return i
		}
	}
	return min(len(a), len(b))
}
