// in: bytes to send, the first in the low bits   out: bytes received, likewise
// The host's end of the serial line: sends SEND bytes, then waits for RECEIVE.
module bench_top #(
    parameter SEND = 134, parameter RECEIVE = 80,
    parameter IN = 8*SEND, parameter OUT = 8*RECEIVE
) (
    input clk, input rst, input start, input [IN-1:0] in, output done, output reg [OUT-1:0] out
);
    localparam DIVIDER = 4;
    reg [15:0] sent, received;
    reg running;
    wire to, from, ready, got;
    wire [7:0] data;

    pent_top #(.ROWS(16), .COLS(16), .DIVIDER(DIVIDER)) dut (.clk(clk), .rx(to), .tx(from), .busy());

    // READ is the third byte from the end and ACTIVATE the last but one, which has to
    // wait for READ's answer.
    wire may = sent < SEND-2 | received >= 64;
    uart_tx #(.DIVIDER(DIVIDER)) sender (
        .clk(clk), .rst(rst), .start(running & sent != SEND & may), .data(in[8*sent+:8]), .ready(ready), .tx(to)
    );
    uart_rx #(.DIVIDER(DIVIDER)) receiver (.clk(clk), .rst(rst), .rx(from), .valid(got), .data(data));

    always @(posedge clk) begin
        if (rst) running <= 1'b0;
        else if (start) {running, sent, received} <= {1'b1, 32'd0};
        else begin
            if (running & ready & sent != SEND & may) sent <= sent + 16'd1;
            if (got) begin
                out <= {data, out[OUT-1:8]};
                received <= received + 16'd1;
            end
            if (done) running <= 1'b0;
        end
    end
    assign done = running & received == RECEIVE;
endmodule
