// in: y, bias, shift, relu   out: q, cycles
module bench_requantize (
    input clk, input rst, input start, input [69:0] in, output done, output [15:0] out
);
    wire valid;
    requantize dut (
        .clk(clk), .rst(rst), .start(start),
        .y(in[31:0]), .bias(in[63:32]), .shift(in[68:64]), .relu(in[69]),
        .valid(valid), .q(out[7:0])
    );
    reg [7:0] count;
    always @(posedge clk) count <= start ? 8'd1 : count + 8'd1;
    assign done = valid;
    assign out[15:8] = count;
endmodule
