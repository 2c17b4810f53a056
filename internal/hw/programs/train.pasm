; Trains a classifier by evolution strategies with low-rank perturbations, like packages es and
; nn.
;
; P1-P9 are scratch. P10 counts generations, P11 pairs or samples.

	ADD P10, P0, P0
generation:
	ADDI P1, P0, {{.Generations}}
	BEQ P10, P1, done
	ADDI P20, P0, batch_noise
	STORE P10, [P20+noise.generation]
{{- range .Layers}}
	ADDI P1, P0, noise{{.N}}
	STORE P10, [P1+noise.generation]
{{- end}}

; The batch: samples are drawn independently and uniformly.
	STORE P0, [P20+noise.next]
	ADD P11, P0, P0
	ADDI P21, P0, sample
	ADDI P22, P0, label
	ADDI P23, P0, x
	ADDI P24, P0, labels
draw:
	ADDI P1, P0, {{.Samples}}
	PRNG P2, P20, P1
	ADDI P3, P0, {{.SampleBytes}}
	MUL P3, P2, P3
	ADDI P3, P3, {{.SampleBase}}
	STORE P3, [P21+bytes.base]
	MUL2 P3, P2
	MUL2 P3, P3
	ADDI P3, P3, {{.LabelBase}}
	STORE P3, [P22+bytes.base]
	ADD P4, P11, P0
	LOADV P23, P21, P4
	LOADV P24, P22, P4
	ADDI P11, P11, 1
	ADDI P1, P0, {{.Batch}}
	BLT P11, P1, draw

; The first layer's product is the same for all members.
	ADDI P1, P0, product0
	ADDI P2, P0, w0
	MATVEC P1, P2, P23

	ADD P11, P0, P0
	ADDI P25, P0, scores
pair:
{{- range .Layers}}
	ADDI P1, P0, noise{{.N}}
	STORE P11, [P1+noise.pair]
	ADDI P2, P0, factors{{.N}}
	LRGEN P2, P1, {{$.Rank}}
	ADDI P3, P0, {{.In}}
	ADDI P4, P0, product{{.N}}
{{- if .N}}
	ADDI P5, P0, w{{.N}}
	MATVEC P4, P5, P3
{{- end}}
	ADDI P6, P0, noisy{{.N}}
	LRMUL P6, P2, P3, {{$.Rank}}
	ADDI P7, P0, sum{{.N}}
	LRADD P7, P4, P6
	ADDI P8, P0, h{{.N}}
	QUANT P8, P7, {{.Shift}}
{{- if .ReLU}}
	RELU P8, P8
{{- end}}
{{- end}}
	ADDI P1, P0, population
	POPEVAL P25, P1, 2
	ADDI P25, P25, 2
	ADDI P11, P11, 1
	ADDI P1, P0, {{.Pairs}}
	BLT P11, P1, pair

; Codes, and the rate of this generation.
	ADDI P25, P0, scores
	ADDI P1, P0, update0
	POPAVG P1, P25, {{.Members}}
{{- if .Decays}}
	ADDI P2, P0, {{.Generations}}
	SUB P1, P2, P10
	ADDI P3, P0, {{.Rate}}
	MUL P1, P1, P3
	CALL divide
{{- else}}
	ADDI P3, P0, {{.Rate}}
{{- end}}
{{- range .Layers}}
	ADDI P1, P0, update{{.N}}
	STORE P3, [P1+update.rate]
	ADDI P2, P0, w{{.N}}
	PQUANT P2, P1, 5
{{- end}}
	ADDI P10, P10, 1
	JUMP generation
done:
	HALT

; P3 = P1/P2, rounded down; P1 becomes the remainder. P1 must be between 0 and half of the
; largest word, P2 positive. The divisor is doubled until it is too large, then halved again.
divide:
	ADD P4, P2, P0
	ADDI P5, P0, 1
	ADD P3, P0, P0
double:
	BGT P4, P1, halve
	MUL2 P4, P4
	MUL2 P5, P5
	JUMP double
halve:
	DIV2 P4, P4
	DIV2 P5, P5
	BEQ P5, P0, divided
	BLT P1, P4, halve
	SUB P1, P1, P4
	ADD P3, P3, P5
	JUMP halve
divided:
	RET

.data
batch_noise:
	.noise {{.Seed}}, 0, 0, 0, 0, 0, 3   ; for the choice of training data
sample:	.bytes {{.Sample}}                ; in far memory
label:	.bytes {{.Label}}
x:	.bytes {{.X}}
labels:	.bytes {{.Labels}}
{{- range .Layers}}
w{{.N}}:	.pents {{.W}}
noise{{.N}}:	.noise {{$.Seed}}, 0, {{.N}}, 0, {{$.Law}}, {{$.Sigma}}
a{{.N}}:	.pents {{.A}}
b{{.N}}:	.pents {{.B}}
factors{{.N}}:
	.factors a{{.N}}, b{{.N}}
product{{.N}}:
	.accumulators {{.Product}}
noisy{{.N}}:	.accumulators {{.Noisy}}
sum{{.N}}:	.accumulators {{.Sum}}
h{{.N}}:	.bytes {{.H}}
residual{{.N}}:
	.bytes {{.Residual}}
update{{.N}}:
	.update noise{{.N}}, {{$.Rank}}, {{$.Coding}}, codes, {{$.Rule}}, 0, residual{{.N}}
{{- end}}
codes:	.bytes {{.Codes}}
population:
	.population 1, {{.Outputs}}, labels
scores:	.space {{.Members}}
