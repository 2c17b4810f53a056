// Plays the operations of an input record: each in the first cycle in which the unit may
// take it, or its gap, the low three bits, later. In all other cycles the unit sees the
// inverse of the next operation, so that what it has not kept is wrong.
//
// may    the unit may take next in this cycle
// go     next is due in this cycle; op is next then, and its inverse otherwise
// cycle  the number of this cycle
// done   DRAIN cycles after the last operation
module player #(parameter OPS = 16, parameter OP = 64, parameter DRAIN = 64) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, input may,
    output go, output [OP-1:0] next, output [OP-1:0] op, output reg [15:0] cycle, output done
);
    reg [15:0] at, drained;
    reg [2:0] waited;
    reg running;
    wire [OPS*OP+OP-1:0] padded = {{OP{1'b0}}, in};
    assign next = padded[OP*at+:OP];
    assign go = running & at != OPS & may & waited == next[2:0];
    assign op = go ? next : ~next;
    assign done = running & drained == DRAIN;
    always @(posedge clk) begin
        if (rst | done) {running, at} <= 17'd0;
        else if (start) begin
            running <= 1'b1;
            {at, waited, drained, cycle} <= 51'd0;
        end else if (running) begin
            cycle <= cycle + 16'd1;
            waited <= go ? 3'd0 : waited + (may & at != OPS);
            at <= at + go;
            drained <= at == OPS ? drained + 16'd1 : 16'd0;
        end
    end
endmodule
