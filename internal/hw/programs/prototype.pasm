; Trains a matrix towards a target by the algorithm of the first prototype, package baseline's
; Prototype, which rounds every sum to pents. Member i has W_i = QUANT5(W + σ·E_i) with
; E_i = QUANT5(A_i·B_i'/√r); the update is W ← QUANT5(W + α/(N·σ)·Σ F_i·E_i).
;
; P10 counts generations, P11 members. P20-P28 hold addresses.

	ADDI P20, P0, noise
	ADDI P21, P0, factors
	ADDI P22, P0, perturbation
	ADDI P23, P0, sum
	ADDI P24, P0, w
	ADDI P25, P0, member
	ADDI P26, P0, population
	ADDI P28, P0, update
	ADD P10, P0, P0
generation:
	ADDI P1, P0, {{.Generations}}
	BEQ P10, P1, done
	STORE P10, [P20+noise.generation]
	ADD P11, P0, P0
	ADDI P27, P0, scores
evaluate:
	STORE P11, [P20+noise.pair]
	LRGEN P21, P20, {{.Rank}}
	LRMUL P22, P21, P0, {{.Rank}}
	LRADD P23, P24, P22
	PQUANT P25, P23, 5
	POPEVAL P27, P26, 1
	ADDI P27, P27, 1
	ADDI P11, P11, 1
	ADDI P1, P0, {{.Members}}
	BLT P11, P1, evaluate

	ADDI P27, P0, scores
	POPAVG P28, P27, {{.Members}}
	PQUANT P24, P28, 5
	ADDI P10, P10, 1
	JUMP generation
done:
	HALT

.data
noise:	.noise {{.Seed}}, 0, 0, 0, 1      ; uniform pents
a:	.pents {{.A}}
b:	.pents {{.B}}
factors:
	.factors a, b
perturbation:
	.pents {{.E}}
	.word {{.Sigma}}                 ; σ in 1/65536
sum:	.accumulators {{.Sum}}
w:	.pents {{.W}}
member:	.pents {{.Member}}
target:	.pents {{.Target}}
population:
	.population 2, member, target
fitness:
	.accumulators {{.Fitness}}
update:	.update noise, {{.Rank}}, 3, fitness, 3, {{.Rate}}, {{.Sigma}}
scores:	.space {{.Members}}
