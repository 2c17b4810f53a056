// in: y, bias, shift, relu   out: q, cycles
module bench_requantize (
    input clk, input rst, input start, input [69:0] in, output done, output [15:0] out
);
    wire valid;
    // Operands are there for the cycle that they are due, and their inverse otherwise.
    wire [69:0] now = start ? in : ~in;
    requantize dut (
        .clk(clk), .rst(rst), .start(start),
        .y(now[31:0]), .bias(now[63:32]), .shift(now[68:64]), .relu(now[69]),
        .valid(valid), .q(out[7:0])
    );
    reg [7:0] count;
    always @(posedge clk) count <= start ? 8'd1 : count + 8'd1;
    assign done = valid;
    assign out[15:8] = count;
endmodule
