package rank

import "math"

// scaled returns the update c·U/|U|, where U = u·xᵀ.
func scaled(c float64, s sample) []float64 {
	var g []float64
	for i := range u {
		for _, x := range s.x {
			g = append(g, c*float64(u[i]*x)/size(s))
		}
	}
	return g
}

// size returns |U|; σ·|U| is the standard deviation of the margin.
func size(s sample) float64 {
	var uu, xx float64
	for _, v := range u {
		uu += float64(v * v)
	}
	for _, v := range s.x {
		xx += float64(v * v)
	}
	return math.Sqrt(uu * xx)
}

// fullRank returns the update of a sample with independent standard normal entries of E. The
// margin depends only on their projection on U.
func fullRank(f fitness, s sample) [][]float64 {
	return [][]float64{scaled(f.covariance(float64(s.margin), sigma*size(s)), s)}
}

// gaussian returns the updates of a sample with factors of standard normal entries, the case proved
// in the paper. Given A, uᵀEx is normal with standard deviation q·|U|, where q = |uᵀA|/(|u|·√r).
// q² is χ²_r/r, so q has the density q^(r-1)·exp(-r·q²/2), up to a factor.
func gaussian(f fitness, s sample) [][]float64 {
	var updates [][]float64
	for _, rank := range ranks {
		const step = 1. / 128
		r := float64(rank)
		var sum, mass float64
		for q := step; q < 1+10/math.Sqrt(r); q += step {
			p := math.Exp((r-1)*math.Log(q) - r*(q*q-1)/2)
			sum += p * q * f.covariance(float64(s.margin), q*sigma*size(s))
			mass += p
		}
		if rank == 1 {
			mass += math.Exp(0.5) / 2 // the end of the trapezoidal rule at q = 0
		}
		updates = append(updates, scaled(sum/mass, s))
	}
	return updates
}
