; Writes the squares of 0 to N-1, each as a product. N comes from the command line:
;
;	pentary hw run examples/hw/loop.s -D N=10 --show squares

	ADDI P2, P0, N
	ADDI P3, P0, squares
loop:	MUL P4, P1, P1
	STORE P4, [P3]
	ADDI P3, P3, 1
	ADDI P1, P1, 1
	BLT P1, P2, loop
	HALT

.data
squares: .space N
