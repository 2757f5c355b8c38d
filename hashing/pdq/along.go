package pdq

// A box along a row is one running sum, and each step of it waits for the one before. Two rows at a time keep the
// processor busy meanwhile, which takes half as long.

// means writes the running means of two rows of the same length over window values. Near the ends they are of the values
// that are there.
func means(upper, lower, upperMeans, lowerMeans []float32, window int) {
	n := len(upper)
	lower, upperMeans, lowerMeans = lower[:n], upperMeans[:n], lowerMeans[:n]
	var sum, sumBelow, count float32
	right, o := 0, 0
	for right < window {
		sum += upper[right]
		sumBelow += lower[right]
		right++
		count++
		if right > lead(window) {
			upperMeans[o], lowerMeans[o] = sum/count, sumBelow/count
			o++
		}
	}
	steady := n - window
	in, inBelow := upper[window:][:steady], lower[window:][:steady]
	old, oldBelow := upper[:steady], lower[:steady]
	out, outBelow := upperMeans[o:][:steady], lowerMeans[o:][:steady]
	for x := range in {
		sum += in[x]
		sumBelow += inBelow[x]
		sum -= old[x]
		sumBelow -= oldBelow[x]
		out[x], outBelow[x] = sum/count, sumBelow/count
	}
	o += steady
	for left := steady; o < n; left++ {
		sum -= upper[left]
		sumBelow -= lower[left]
		count--
		upperMeans[o], lowerMeans[o] = sum/count, sumBelow/count
		o++
	}
}

// sampledMeans is means at 64 places only, which are in order; a place may be there more than once.
func sampledMeans(upper, lower []float32, window int, at *[side]int, upperMeans, lowerMeans *[side]float32) {
	n := len(upper)
	lower = lower[:n]
	var sum, sumBelow, count float32
	next, o := 0, 0
	give := func() {
		for ; next < side && at[next] == o; next++ {
			upperMeans[next], lowerMeans[next] = sum/count, sumBelow/count
		}
		o++
	}
	right := 0
	for right < window {
		sum += upper[right]
		sumBelow += lower[right]
		right++
		count++
		if right > lead(window) {
			give()
		}
	}
	for right < n && next < side {
		steps := min(at[next]-o+1, n-right)
		in, inBelow := upper[right:][:steps], lower[right:][:steps]
		old, oldBelow := upper[right-window:][:steps], lower[right-window:][:steps]
		for x := range in {
			sum += in[x]
			sumBelow += inBelow[x]
			sum -= old[x]
			sumBelow -= oldBelow[x]
		}
		right += steps
		o += steps - 1
		give()
	}
	for left := n - window; o < n; left++ {
		sum -= upper[left]
		sumBelow -= lower[left]
		count--
		give()
	}
}
