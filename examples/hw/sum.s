; Adds the numbers 1 to n. Run it with
;
;	pentary hw run examples/hw/sum.s --set n=100 --show total

	LOAD P1, [P0+n]
loop:	BEQ P1, P0, done
	ADD P2, P2, P1
	ADDI P1, P1, -1
	JUMP loop
done:	STORE P2, [P0+total]
	HALT

.data
n:	.word 10
total:	.word 0
