package results

import "testing"

// The table is made of the files that are there.
func TestTable(t *testing.T) {
	const docs = "../../../../docs"
	d, err := Document(docs)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(docs); err != nil {
		t.Error(err)
	}
}
