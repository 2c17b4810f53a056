; Computes the outputs of a network for batches of inputs. The weights are loaded into near
; memory once. Each batch is loaded from far memory, and its outputs are stored there.
;
; P10 counts batches. P20 and P21 hold the descriptors in far memory.

{{- range .Layers}}
	ADDI P1, P0, w{{.N}}
	ADDI P2, P0, far_w{{.N}}
	LOADV P1, P2
{{- end}}
	ADDI P20, P0, far_x
	ADDI P21, P0, far_out
	ADDI P10, P0, {{.Batches}}
batch:
	BEQ P10, P0, done
	ADDI P1, P0, x
	LOADV P1, P20
{{- range .Layers}}
	ADDI P2, P0, w{{.N}}
	ADDI P3, P0, sum{{.N}}
	MATVEC P3, P2, P1
	ADDI P1, P0, h{{.N}}
	QUANT P1, P3, {{.Shift}}
{{- if .ReLU}}
	RELU P1, P1
{{- end}}
{{- end}}
	STOREV P21, P1
	LOAD P2, [P20+bytes.base]
	ADDI P2, P2, {{.InputBytes}}
	STORE P2, [P20+bytes.base]
	LOAD P2, [P21+bytes.base]
	ADDI P2, P2, {{.OutputBytes}}
	STORE P2, [P21+bytes.base]
	ADDI P10, P10, -1
	JUMP batch
done:
	HALT

.data
x:	.bytes {{.X}}
far_x:	.bytes {{.FarX}}
far_out:
	.bytes {{.FarOut}}
{{- range .Layers}}
w{{.N}}:	.pents {{.W}}
far_w{{.N}}:
	.pents {{.FarW}}
sum{{.N}}:	.accumulators {{.Sum}}
h{{.N}}:	.bytes {{.H}}
{{- end}}
