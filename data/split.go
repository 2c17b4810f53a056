package data

// HoldOut divides d: sample i is held out when i mod every is every-1.
func (d *Dataset) HoldOut(every int) (rest, held *Dataset) {
	rest, held = d.Empty(), d.Empty()
	for i := range d.Len() {
		if i%every == every-1 {
			held.Append(d, i)
		} else {
			rest.Append(d, i)
		}
	}
	return rest, held
}
