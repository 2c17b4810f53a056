// A tile on a board, behind a serial port: the top of the iCE40 designs.
//
// The host sends commands, a byte each, followed by their operands; only read and
// activate answer. Numbers are little-endian.
//
//   0x01 load        then each row of weights, 3 bits a pent, 3*COLS/8 bytes a row
//   0x02 multiply    then x, COLS bytes: y = W*x
//   0x03 accumulate  then x: y = y + W*x
//   0x04 read        answers y, ROWS words of 4 bytes
//   0x05 activate    then a byte, shift + 128*relu; answers ROWS bytes: y requantized
//
// Other bytes are ignored between commands. Commands need no pauses between them:
// a byte takes longer than a product, if 10*DIVIDER exceeds ROWS + log2(COLS) + 4. But
// an answer has to end before the next command.
//
// busy  a command is under way, for a lamp
//
// Latency: the line's, 10 * DIVIDER cycles a byte; the start bit of an answer follows 8
//          cycles after the last byte of the command.
// Bounds:  COLS a power of two from 8 on, ROWS at least 3; DIVIDER at least 4: the
//          cycles of a bit, clock frequency / baud rate.
module pent_top #(
    parameter ROWS = 16,
    parameter COLS = 16,
    parameter DIVIDER = 104  // 115,200 baud at 12 MHz
) (
    input  clk,
    input  rx,
    output tx,
    output busy
);
    localparam BITS = $clog2(ROWS);
    localparam ROW_BYTES = 3 * COLS / 8;
    localparam LOAD = 8'd1, MULTIPLY = 8'd2, ACCUMULATE = 8'd3, READ = 8'd4, ACTIVATE = 8'd5;

    // iCE40 registers wake up as zero: reset until this one has counted.
    reg [3:0] awake = 4'd0;
    wire      rst = ~awake[3];
    always @(posedge clk) if (rst) awake <= awake + 4'd1;

    wire       got;
    wire [7:0] data;
    uart_rx #(.DIVIDER(DIVIDER)) receiver (.clk(clk), .rst(rst), .rx(rx), .valid(got), .data(data));

    // The operands that a command still takes: bytes of a row or vector, gathered from
    // the top down, and rows.
    reg [7:0]        command;  // 0 between commands
    reg [7:0]        bytes;
    reg [BITS-1:0]   taking;
    reg [8*COLS-1:0] gathered;
    wire [8*COLS-1:0] with_data = {data, gathered[8*COLS-1:8]};
    wire              whole = got & bytes == 1;
    wire              sending;

    always @(posedge clk) begin
        if (got) gathered <= with_data;
        if (rst) begin
            command <= 8'd0;
        end else if (sending) begin
            if (answered) command <= 8'd0;
        end else if (got & command == 8'd0) begin
            taking <= 0;
            if (data >= LOAD & data <= ACTIVATE) command <= data;
            case (data)
                LOAD:                 bytes <= ROW_BYTES;
                MULTIPLY, ACCUMULATE: bytes <= COLS;
                ACTIVATE:             bytes <= 8'd1;
                default:              bytes <= 8'd0;
            endcase
        end else if (whole & command == LOAD & taking != ROWS - 1) begin
            taking <= taking + 1'b1;
            bytes <= ROW_BYTES;
        end else if (whole) begin
            bytes <= 8'd0;
            if (command != ACTIVATE) command <= 8'd0;
        end else if (got) begin
            bytes <= bytes - 8'd1;
        end
    end

    wire               valid;
    wire [BITS-1:0]    row;
    wire signed [31:0] y;
    pent_tile #(.ROWS(ROWS), .COLS(COLS)) tile (
        .clk(clk), .rst(rst),
        .load(whole & command == LOAD), .load_row(taking),
        .load_weights(with_data[8*COLS-1-:3*COLS]),
        .start(whole & (command == MULTIPLY | command == ACCUMULATE)),
        .accumulate(command == ACCUMULATE), .x(with_data),
        .ready(), .valid(valid), .row(row), .last(), .y(y)
    );

    // The results, kept for the host.
    reg signed [31:0] results[0:ROWS-1];
    reg signed [31:0] result;
    reg [BITS-1:0]    answer_row;
    always @(posedge clk) begin
        if (valid) results[row] <= y;
        result <= results[answer_row];
    end

    // Answers: a row is read, goes through requantize where asked, and is sent a byte
    // at a time.
    localparam SETTLE = 6;  // cycles from a row's number to its activation
    reg [4:0]         shift;
    reg               relu;
    wire signed [7:0] activation;
    requantize unit (
        .clk(clk), .rst(rst), .start(1'b0), .y(result), .bias(32'sd0), .shift(shift), .relu(relu),
        .valid(), .q(activation)
    );

    reg  [2:0] settled;
    reg  [1:0] answer_byte;
    wire       tx_ready;
    wire       last_byte = command == ACTIVATE | answer_byte == 2'd3;
    wire       answered = sends & last_byte & answer_row == ROWS - 1;
    wire       sends = sending & tx_ready & settled == SETTLE;
    assign     sending = (command == READ | command == ACTIVATE) & bytes == 8'd0;
    assign     busy = command != 8'd0;

    always @(posedge clk) begin
        if (whole) {relu, shift} <= {data[7], data[4:0]};
        if (~sending) begin
            settled <= 3'd0;
            answer_row <= 0;
            answer_byte <= 2'd0;
        end else if (settled != SETTLE) begin
            settled <= settled + 3'd1;
        end else if (sends) begin
            answer_byte <= last_byte ? 2'd0 : answer_byte + 2'd1;
            if (last_byte) begin
                answer_row <= answer_row + 1'b1;
                settled <= 3'd0;
            end
        end
    end

    uart_tx #(.DIVIDER(DIVIDER)) transmitter (
        .clk(clk), .rst(rst), .start(sends),
        .data(command == ACTIVATE ? activation : result[8*answer_byte+:8]),
        .ready(tx_ready), .tx(tx)
    );
endmodule
