// in: stretches of the line: a gap of 0, cycles - 1, level   out: the bytes received
module bench_uart_rx_sequence #(
    parameter DIVIDER = 8, parameter OPS = 160, parameter OP = 14, parameter BYTES = 24
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [9*BYTES-1:0] out
);
    wire go, valid;
    wire [OP-1:0] op;
    wire [7:0] data;
    reg [9:0] left;
    reg level;
    player #(.OPS(OPS), .OP(OP), .DRAIN(32*DIVIDER)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(left == 0),
        .go(go), .next(), .op(op), .cycle(), .done(done)
    );
    always @(posedge clk) begin
        left <= rst ? 10'd0 : go ? op[12:3] : left != 0 ? left - 10'd1 : 10'd0;
        level <= rst | (go ? op[13] : level);
    end
    uart_rx #(.DIVIDER(DIVIDER)) dut (.clk(clk), .rst(rst), .rx(level), .valid(valid), .data(data));
    recorder #(.N(BYTES), .W(9)) recorder (.clk(clk), .start(start), .take(valid), .value({1'b1, data}), .out(out));
endmodule
