// in: operations: gap, kind, seed, generation, tensor, pair, block   out: cycle and codes
// of each; valid when it ought not to be, or codes that do not stay
// kind 0 start, 3 reset; of ars_noise, or of philox_noise if PHILOX is 1
module bench_noise_sequence #(
    parameter OPS = 16, parameter OP = 197, parameter W = 112, parameter PHILOX = 0
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [OPS*W:0] out
);
    wire go, ready, valid;
    wire [OP-1:0] next, op;
    wire [15:0] cycle;
    wire [95:0] codes;
    player #(.OPS(OPS), .OP(OP)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(ready | next[4:3] == 2'd3),
        .go(go), .next(next), .op(op), .cycle(cycle), .done(done)
    );
    wire resets = rst | go & next[4:3] == 2'd3;
    wire starts = go & next[4:3] == 2'd0;
    generate if (PHILOX) begin : philox
        philox_noise dut (
            .clk(clk), .rst(resets), .start(starts),
            .seed(op[5+:64]), .generation(op[69+:32]), .tensor(op[101+:32]), .pair(op[133+:32]), .block(op[165+:32]),
            .ready(ready), .valid(valid), .codes(codes)
        );
    end else begin : ars
        ars_noise dut (
            .clk(clk), .rst(resets), .start(starts),
            .seed(op[5+:64]), .generation(op[69+:32]), .tensor(op[101+:32]), .pair(op[133+:32]), .block(op[165+:32]),
            .ready(ready), .valid(valid), .codes(codes)
        );
    end endgenerate
    reg pending, holding, bad;
    reg [95:0] kept;
    wire take = valid & pending;
    always @(posedge clk) begin
        pending <= (starts | pending & ~take) & ~resets;
        holding <= (take | holding) & ~starts & ~resets;
        if (take) kept <= codes;
        if (rst | start) bad <= 1'b0;
        else if (valid !== (take | holding) | holding & codes !== kept) bad <= 1'b1;
    end
    recorder #(.N(OPS), .W(W)) recorder (.clk(clk), .start(start), .take(take), .value({codes, cycle}), .out(out[OPS*W-1:0]));
    assign out[OPS*W] = bad;
endmodule
