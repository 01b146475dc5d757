using System.Text;
using Nabla.Data.Tables;
using Nabla.Tests.Data;

namespace Nabla.Data.Tests;

public sealed class WrongTablesAreRefused : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "t.csv: the file is empty, but a table has at least a row")]
    [InlineData("\n\n", "t.csv: the file is empty, but a table has at least a row")]
    [InlineData("a,b\n", "t.csv: there are names of columns, but no row follows them")]
    [InlineData("a,b\n1,2\n3\n", "t.csv, line 3: the row has 1 field, but there are 2 columns")]
    [InlineData("a,b\n1,2\n\n3,4,5\n", "t.csv, line 4: the row has 3 fields, but there are 2 columns")]
    [InlineData("a,c\n\"x\ny\",2\n3\n", "t.csv, line 4: the row has 1 field, but there are 2 columns")]
    [InlineData("a,b,a\n1,2,3\n", "t.csv, line 1: the columns 1 and 3 are both named 'a'; each column needs a name of its own")]
    [InlineData("a,b\n1,\"2\n3,4\n", "t.csv, line 2: the quotes are wrong;")]
    [InlineData("a,b\n1,2\n3,\"4\"5\n", "t.csv, line 3: the quotes are wrong;")]
    [InlineData("a,b\n1,2\ninf,4.5\n", "t.csv, line 3: column 'a' is infinite there; a number is finite, or missing")]
    [InlineData("a,b\n1,2\n2,1e999\n", "t.csv, line 3: column 'b' is infinite there; a number is finite, or missing")]
    [InlineData("a,b\n1,x\n2,x\n", "t.csv: the target 'b' is 'x' in every row, so there is nothing to tell apart")]
    [InlineData("a,b\n1,\n2,\n", "t.csv: the target 'b' has no value in any row")]
    [InlineData("a,b\n1,2024-01-01\n2,2024-01-02\n", "t.csv: the target 'b' holds dates, but a target is a class or a number; --target names another column")]
    [InlineData("a,b\n2024-01-01,1\n2024-01-02,2\n", "t.csv: no column is left to predict 'b' from")]
    [InlineData("b\n1\n2\n", "t.csv: no column is left to predict 'b' from")]
    [InlineData("a\0b,c\n1,2\n", "t.csv, line 1: a NUL character, which no text has; this is another kind of file")]
    public void What_is_wrong_in_a_table_is_said_with_its_place(string text, string sentence) => Refused(text, new() { Test = 0 }, sentence);

    [Fact]
    public void A_slip_in_a_column_of_numbers_is_named() => Refused(
        "a,y\n" + string.Concat(Enumerable.Range(0, 30).Select(i => i == 17 ? "1O,0.5\n" : $"{i},{i}.5\n")),
        new(),
        "t.csv, line 19: column 'a': '1O' is no number, as nearly all others are; write one, or nothing where it is missing, or say that the column holds categories");

    [Fact]
    public void Names_that_are_not_there_are_answered_with_a_suggestion()
    {
        const string Text = "length,width,kind\n1,2,a\n2,3,b\n";
        Refused(Text, new() { Target = "kid" }, "t.csv: there is no column 'kid'; did you mean 'kind'?");
        Refused(Text, new() { Features = ["length", "widht"] }, "t.csv: there is no column 'widht'; did you mean 'width'?");
        Refused(Text, new() { Categories = ["nothing"] }, "t.csv: there is no column 'nothing'");
    }

    [Fact]
    public void A_feature_that_was_asked_for_and_cannot_be_used_is_refused()
    {
        Refused("a,b,y\n2024-01-01,1,2\n2024-01-02,2,3.5\n", new() { Features = ["a"] }, "t.csv: column 'a' cannot be a feature: it holds dates");
        Refused("a,b,y\n,1,2\n,2,3.5\n", new() { Features = ["b", "a"] }, "t.csv: column 'a' cannot be a feature: it has no value in any row");
        Refused("a,y\n1,b\n1,c\n", new() { Task = TableTask.Regression }, "t.csv, line 2: column 'y': 'b' is no number, the target of a regression is a number;");
        Assert.Equal("'y' is the target and cannot be one of the features too", Assert.Throws<ArgumentException>(() => Load("a,y\n1,2\n", new() { Target = "y", Features = ["y"] })).Message);
        Assert.Equal("the feature 'a' is given twice", Assert.Throws<ArgumentException>(() => Load("a,y\n1,2\n", new() { Features = ["a", "a"] })).Message);
        Assert.StartsWith("the validation and the test part are fractions", Assert.Throws<ArgumentException>(() => Load("a,y\n1,2\n", new() { Validation = 0.5, Test = 0.5 })).Message);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_with_their_line()
    {
        Refused([.. "a,b\n1,x\n2,"u8, 0xE4, .. ",\n"u8], "t.csv, line 3: the bytes e4 are no text in UTF-8; save the table as UTF-8");
        Refused([.. "a,b\n1,x\n2,"u8, 0xC3], "t.csv, line 3: ");
        Refused([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a,b\n1,"), 0x00, 0xD8, .. Encoding.Unicode.GetBytes("x\n")], "t.csv, line 2: the bytes 00 d8 are no text in UTF-16; save the table as UTF-8");
        byte[] late = [.. Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 20_000))), 0xFF, (byte)'\n'];
        Refused(late, "t.csv, line 20002: the bytes ff are no text in UTF-8");
        Refused([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', 0, 0, 0], "t.csv, line 1: ");
        Refused([.. "PK"u8, 3, 4, 20, 0, 0, 0, 8, 0], "t.csv, line 1: a NUL character, which no text has; this is another kind of file");
    }

    [Fact]
    public void A_file_that_is_not_there_or_a_folder_is_named()
    {
        Assert.EndsWith("none.csv", Assert.Throws<FileNotFoundException>(() => TableReader.Load(Path("none.csv"), cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.EndsWith("is a folder, but a table is a file", Assert.Throws<InvalidDataException>(() => TableReader.Load(folder.Path, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_a_model_does_not_know_what_to_do_with_are_refused()
    {
        Preprocessing learned = Load("n,c,y\n1,a,dog\n3,b,cat\n", new() { Test = 0 }).Preprocessing;
        Other("c,y\na,dog\n", "o.csv: there is no column 'n'");
        Other("n,c\n1,a\n", "o.csv: there is no column 'y'");
        Other("n,c,y\n1,a,dog\n2,a,bird\n", "o.csv, line 3: column 'y': 'bird' is none of the classes cat, dog");
        Other("n,c,y\n1,a,dog\nmany,a,dog\n", "o.csv, line 3: column 'n': 'many' is no number; write one, or nothing where it is missing");
        Other("n,c,y\n-inf,a,dog\n", "o.csv, line 2: column 'n': -inf is not finite; a number is finite, or missing");
        Other("n,c,y\n1,a,\n", "o.csv: no row has a 'y' to compare with");

        void Other(string text, string sentence)
        {
            folder.Write("o.csv", Encoding.UTF8.GetBytes(text));
            Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(
                () => TableReader.Load(Path("o.csv"), learned, ["cat", "dog"], cancellationToken: TestContext.Current.CancellationToken)).Message);
        }
    }

    private string Path(string name) => System.IO.Path.Combine(folder.Path, name);

    private Dataset Load(string text, TableOptions options)
    {
        folder.Write("t.csv", Encoding.UTF8.GetBytes(text));
        return TableReader.Load(Path("t.csv"), options, TestContext.Current.CancellationToken);
    }

    private void Refused(string text, TableOptions options, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(() => Load(text, options)).Message);

    private void Refused(byte[] bytes, string sentence)
    {
        folder.Write("t.csv", bytes);
        Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(() => TableReader.Load(Path("t.csv"), cancellationToken: TestContext.Current.CancellationToken)).Message);
    }
}
