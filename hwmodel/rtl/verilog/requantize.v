// Turns an accumulator into the activation of the next layer:
//
//   v = (y + bias + 2^(shift-1)) >>> shift, and y + bias for shift 0
//   q = v limited to [-127, 127], or to [0, 127] with relu
//
// Latency: 4 cycles, a new accumulator every cycle.
// Bounds:  shift at most 30; sums wrap at 32 bits, as in kernels.Requantize.
module requantize (
    input                    clk,
    input                    rst,
    input                    start,
    input  signed     [31:0] y,
    input  signed     [31:0] bias,
    input             [ 4:0] shift,
    input                    relu,
    output                   valid,
    output reg signed [ 7:0] q
);
    reg signed [31:0] biased, rounded, shifted;
    reg        [ 4:0] shift_1, shift_2;
    reg        [ 2:0] relus;
    reg        [ 3:0] live;

    wire signed [31:0] low = relus[2] ? 0 : -127;

    always @(posedge clk) begin
        live  <= {live[2:0], start} & {4{~rst}};
        relus <= {relus[1:0], relu};

        biased  <= y + bias;
        shift_1 <= shift;

        // 2^(shift-1) is the unit shifted by one too many and cut, so that 0 adds none.
        rounded <= biased + ((32'd1 << shift_1) >> 1);
        shift_2 <= shift_1;

        shifted <= rounded >>> shift_2;

        q <= shifted > 127 ? 8'sd127 : shifted < low ? low[7:0] : shifted[7:0];
    end

    assign valid = live[3];
endmodule
