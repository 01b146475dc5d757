using System.Text;
using Nabla.Data.Tables;
using Nabla.Tests.Data;

namespace Nabla.Data.Tests;

public sealed class TablesAreRead : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Numbers_categories_and_classes_become_standardized_one_hot_and_labelled()
    {
        Dataset data = Load("size,colour,species\n1,red,cat\n3,blue,dog\n5,red,cat\n,,dog\n", new() { Test = 0 });
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal([0, 1, 0, 1], data.Train.Labels!.Value);
        double scale = Math.Sqrt(8.0 / 3);
        Assert.Equal<ColumnEncoding>(new NumberEncoding("size", 3, scale, 3), data.Preprocessing.Columns[0]);
        CategoryEncoding colour = Assert.IsType<CategoryEncoding>(data.Preprocessing.Columns[1]);
        Assert.Equal(["blue", "red"], colour.Levels);
        Assert.True(colour.MissingIsLevel);
        Assert.Equal(
            [-2 / scale, 0, 1, 0, 0, 1, 0, 0, 2 / scale, 0, 1, 0, 0, 0, 0, 1],
            Assert.IsType<NumberFeatures>(data.Train.Features).Values);
        Assert.Equal(new TargetEncoding("species"), data.Preprocessing.Target);
        Assert.Contains("the target is the last column, 'species'", data.Notes);
    }

    /// <summary>Who trains is a matter of the seed, and must not be one of whether it trains.</summary>
    [Fact]
    public void A_column_of_which_the_rows_that_train_have_nothing_is_left_out_with_a_note()
    {
        string rows = "x,rare,word,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{(i == 7 ? "3" : "")},{(i == 7 ? "w" : "")},{i * 2.5}\n"));
        int without = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Dataset data = Load(rows, new() { Target = "y", Seed = seed });
            bool isLeftOut = data.Notes.Contains("column 'rare' is left out: it has no value among the rows to train with");
            Assert.Equal(isLeftOut, data.Notes.Contains("column 'word' is left out: it has no value among the rows to train with"));
            Assert.Equal(isLeftOut ? ["x"] : ["x", "rare", "word"], data.Preprocessing.Columns.Select(column => column.Name));
            Assert.Equal(data.Preprocessing.Inputs, data.Test!.Inputs);
            without += isLeftOut ? 1 : 0;
        }

        Assert.InRange(without, 1, 19);
    }

    [Fact]
    public void Numbers_with_a_decimal_comma_are_noticed()
    {
        Dataset data = Load("x;z;y\n1,5;1;2\n-2;2,x;3\n3,25;3,5;4\n", new() { Test = 0 });
        Assert.Contains("column 'x' holds numbers with a decimal comma, such as 1,5 in line 2, which are taken for texts; with a point, as in 1.5, they are numbers", data.Notes);
        Assert.DoesNotContain(data.Notes, note => note.Contains("'z'", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Load("x;y\n1,5;2\n2,5;3\n", new() { Test = 0, Categories = ["x"] }).Notes, note => note.Contains("decimal", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("id", 1, true)]
    [InlineData("ID", 7, true)]
    [InlineData("PassengerId", 1, true)]
    [InlineData("customer_id", 3, true)]
    [InlineData("Unnamed: 0", 1, true)]
    [InlineData("index", -1, true)]
    [InlineData("paid", 1, false)]
    [InlineData("grid", 1, false)]
    [InlineData("age", 1, false)]
    [InlineData("id", 0, false)]
    public void A_column_that_is_called_an_identifier_and_has_another_number_in_every_row_is_noticed(string name, int step, bool noticed)
    {
        // Rising, falling, and in no order.
        string note = $"column '{name}' has another whole number in every row, as identifiers have, and is used as a number all the same; --features x leaves it out";
        string Rows(int rows, Func<int, string> id) => $"{name},x,y\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{id(i)},{i % 3},{i * 0.5}\n"));
        Assert.Equal(noticed, Load(Rows(40, i => $"{100 + step * i}"), new() { Test = 0 }).Notes.Contains(note));
        Assert.Equal(noticed, Load(Rows(40, i => $"{100 + step * (i * 7 % 40)}"), new() { Test = 0 }).Notes.Contains(note));

        // Not where it was asked for, where a number comes twice, is none, or where there are few rows.
        Assert.DoesNotContain(note, Load(Rows(40, i => $"{100 + i}"), new() { Test = 0, Features = [name, "x"] }).Notes);
        Assert.DoesNotContain(note, Load(Rows(40, i => $"{100 + i}"), new() { Test = 0, Target = name, Task = TableTask.Regression }).Notes);
        Assert.DoesNotContain(note, Load(Rows(40, i => $"{i % 39}"), new() { Test = 0 }).Notes);
        Assert.DoesNotContain(note, Load(Rows(40, i => $"{i + 0.5}"), new() { Test = 0 }).Notes);
        Assert.DoesNotContain(note, Load(Rows(19, i => $"{i}"), new() { Test = 0 }).Notes);
    }

    [Fact]
    public void What_leaves_identifiers_out_is_told_as_it_is_written()
    {
        string rows = string.Concat(Enumerable.Range(0, 30).Select(i => $"{i},{i % 5},{i % 3},{i + 70},{i * 0.5}\n"));
        Assert.Equal(
            ["--features a,b leaves it out", "--features a,b leaves it out"],
            Load("id,a,b,row_id,y\n" + rows, new() { Test = 0 }).Notes.Where(note => note.Contains("identifiers", StringComparison.Ordinal)).Select(note => note.Split("; ")[1]));
        Assert.Contains(Load("id,a,two words,row_id,y\n" + rows, new() { Test = 0 }).Notes, note => note.EndsWith("; --features with the names of others leaves it out", StringComparison.Ordinal));
    }

    /// <summary>So many numbers are not kept: they have to rise, as those that count rows do.</summary>
    [Fact]
    public void A_long_column_of_identifiers_is_noticed_where_they_rise()
    {
        Dataset rising = Load("id,x,y\n" + string.Concat(Enumerable.Range(0, 120_000).Select(i => $"{i},1,{i % 7}\n")), new() { Test = 0 });
        Assert.Contains(rising.Notes, note => note.StartsWith("column 'id' has another whole number in every row", StringComparison.Ordinal));
        Dataset repeated = Load("id,x,y\n" + string.Concat(Enumerable.Range(0, 120_000).Select(i => $"{Math.Min(i, 119_998)},1,{i % 7}\n")), new() { Test = 0 });
        Assert.DoesNotContain(repeated.Notes, note => note.StartsWith("column 'id'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_target_of_numbers_is_standardized_and_comes_back_in_its_own_units()
    {
        Dataset data = Load("x,price\n1,10.5\n2,20\n3,40\n", new() { Test = 0 });
        Assert.False(data.IsClassification);
        TargetEncoding target = data.Preprocessing.Target!;
        Assert.Equal(23.5, target.Mean, 12);
        Assert.Equal([10.5, 20, 40], Assert.IsType<NumberTargets>(data.Train.Targets).Values.Select(y => Math.Round(target.Decode(y), 12)));
        Assert.Contains("the target 'price' holds numbers, which are predicted as such; --task classification takes them for classes", data.Notes);
    }

    [Theory]
    [InlineData("a,b,Target\n", "Target")]
    [InlineData("y,b,c\n", "y")]
    [InlineData("class,label,z\n", "label")]
    [InlineData("a,b,c\n", "c")]
    public void The_target_is_the_column_that_is_called_so_or_the_last(string header, string target)
    {
        Dataset data = Load(header + "1,2,3\n2,2,4\n9,8,9.5\n", new() { Test = 0 });
        Assert.Equal(target, data.Preprocessing.Target!.Name);
        Assert.Contains(data.Notes, note => note.StartsWith("the target is the ", StringComparison.Ordinal) && note.EndsWith($"'{target}'", StringComparison.Ordinal));
    }

    [Fact]
    public void Columns_are_chosen_by_name_and_their_order_is_kept()
    {
        Dataset data = Load("a,b,c,d\n1,2,3,0.5\n4,5,6,1\n", new() { Test = 0, Target = "b", Features = ["d", "a"] });
        Assert.Equal(["d", "a"], data.Preprocessing.Columns.Select(column => column.Name));
        Assert.Equal("b", data.Preprocessing.Target!.Name);
        Assert.Equal(2, data.Train.Inputs);
    }

    [Theory]
    [InlineData(TableTask.Classification, true)]
    [InlineData(TableTask.Regression, false)]
    public void Whole_numbers_are_classes_or_numbers_as_they_are_told(TableTask task, bool classes)
    {
        string rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{i % 3}\n"));
        Assert.Equal(classes, Load("x,n\n" + rows, new() { Task = task }).IsClassification);
        Dataset found = Load("x,n\n" + rows);
        Assert.Equal(["0", "1", "2"], found.Classes);
        Assert.Contains("the target 'n' has 3 different whole numbers, which are taken for classes; --task regression takes them for numbers", found.Notes);
    }

    [Fact]
    public void A_class_is_one_however_its_number_is_written() =>
        Assert.Equal(["-1", "2", "10"], Load("x,n\n1,2\n2,2.0\n3,10\n4,1e1\n5,-1\n", new() { Task = TableTask.Classification, Test = 0 }).Classes);

    [Fact]
    public void Dates_and_columns_without_a_value_are_left_out_with_a_note()
    {
        Dataset data = Load("when,at,empty,x,y\n2024-05-01,1.2.2024,,1,0.5\n2024-06-01 12:30,3.4.2024,NA,2,1\n,,?,3,2\n", new() { Test = 0 });
        Assert.Equal(["x"], data.Preprocessing.Columns.Select(column => column.Name));
        Assert.Contains("column 'when' is left out: it holds dates", data.Notes);
        Assert.Contains("column 'at' is left out: it holds dates", data.Notes);
        Assert.Contains("column 'empty' is left out: it has no value in any row", data.Notes);
    }

    [Fact]
    public void A_column_of_many_texts_is_left_out_with_a_note()
    {
        string rows = string.Concat(Enumerable.Range(0, 1001).Select(i => $"name{i},{i},{i / 7.0}\n"));
        Dataset data = Load("id,x,y\n" + rows);
        Assert.Equal(["x"], data.Preprocessing.Columns.Select(column => column.Name));
        Assert.Contains("column 'id' is left out: it holds texts, more than 1,000 different ones or long ones", data.Notes);
    }

    [Fact]
    public void Missing_values_are_filled_as_they_are_told()
    {
        const string Text = "n,c,y\n1,a,0.5\n2,a,1\nNaN,b,2\n9,N/A,3\n";
        Dataset median = Load(Text, new() { Test = 0, MissingNumbers = NumberFill.Median, MissingCategories = CategoryFill.MostFrequent });
        Assert.Equal(2, Assert.IsType<NumberEncoding>(median.Preprocessing.Columns[0]).Fill);
        CategoryEncoding category = Assert.IsType<CategoryEncoding>(median.Preprocessing.Columns[1]);
        Assert.Equal(("a", false, 2), (category.Fill, category.MissingIsLevel, category.Inputs));
        Assert.Equal([1, 0], Assert.IsType<NumberFeatures>(median.Train.Features).Values.AsSpan()[^2..].ToArray());
    }

    [Fact]
    public void Rows_without_a_target_are_left_out_with_a_note()
    {
        Dataset data = Load("x,y\n1,0.5\n2,\n3,?\n4,2\n", new() { Test = 0 });
        Assert.Equal(2, data.Train.Count);
        Assert.Contains("2 of the rows have no 'y' and are left out", data.Notes);
    }

    [Theory]
    [InlineData("a,b,y\n1,x,2.5\n2,z,3\n", ".csv")]
    [InlineData("a\tb\ty\n1\tx\t2.5\n2\tz\t3\n", ".tsv")]
    [InlineData("a;b;y\r\n1;x;2.5\r\n2;z;3\r\n", ".csv")]
    [InlineData("a|b|y\n1|x|2.5\n\n2|z|3", ".txt")]
    [InlineData("\n\n\"a\",\"b\",y\n\"1\",x, 2.5\n 2 ,\"z\",3\n\n", ".csv")]
    public void Delimiters_line_ends_quotes_and_empty_lines_are_understood(string text, string extension)
    {
        folder.Write("t" + extension, Encoding.UTF8.GetBytes(text));
        Dataset data = TableReader.Load(Path("t" + extension), new() { Test = 0 }, TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b"], data.Preprocessing.Columns.Select(column => column.Name));
        Assert.Equal([-1, 1, 0, 1, 0, 1], Assert.IsType<NumberFeatures>(data.Train.Features).Values);
    }

    [Fact]
    public void Quoted_fields_hold_delimiters_quotes_and_line_breaks()
    {
        Dataset data = Load("c,y\n\"a, \"\"b\"\"\nc\",1\nd,2.5\n", new() { Test = 0 });
        Assert.Equal(["a, \"b\"\nc", "d"], Assert.IsType<CategoryEncoding>(data.Preprocessing.Columns[0]).Levels);
    }

    [Fact]
    public void Utf_8_with_and_without_mark_and_utf_16_are_read()
    {
        const string Text = "größe,ŷ\n1,ä\n2,漢字😀\n";
        byte[][] files =
        [
            Encoding.UTF8.GetBytes(Text),
            [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)],
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Text)],
            [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Text)],
        ];
        foreach (byte[] file in files.Concat(files.Select(file => IdxFiles.Gzip(file))))
        {
            folder.Write("t.csv", file);
            Dataset data = TableReader.Load(Path("t.csv"), new() { Test = 0 }, TestContext.Current.CancellationToken);
            Assert.Equal("größe", data.Preprocessing.Columns[0].Name);
            Assert.Equal(["ä", "漢字😀"], data.Classes);
        }
    }

    [Fact]
    public void A_first_row_of_numbers_names_nothing()
    {
        Dataset data = Load("1,2,3.5\n4,5,6\n", new() { Test = 0 });
        Assert.Equal((2, 2), (data.Train.Count, data.Train.Inputs));
        Assert.Contains("t.csv: the first row holds numbers and no names; the columns are called column1 to column3", data.Notes);
        Assert.Equal(1, Load("1,2,3.5\n4,5,6\n", new() { Test = 0, HasHeader = true }).Train.Count);
        Assert.Equal(3, Load("a,b,c\n4,5,6\n4,5,7\n", new() { Test = 0, HasHeader = false, Task = TableTask.Classification }).Train.Count);
    }

    [Fact]
    public void Numbers_that_are_told_to_be_categories_are()
    {
        Dataset data = Load("zip,y\n01,1\n1,2\n01,2.5\n", new() { Test = 0, Categories = ["zip"] });
        Assert.Equal(["01", "1"], Assert.IsType<CategoryEncoding>(data.Preprocessing.Columns[0]).Levels);
    }

    /// <summary>The mean of the rows to train with alone, although the other rows are far away from it.</summary>
    [Fact]
    public void Nothing_is_learned_from_rows_that_are_held_out()
    {
        folder.Write("held.csv", "y,x,c\n1,100,new\n2,300,a\n"u8.ToArray());
        Dataset data = Load("x,c,y\n1,a,1\n3,b,2.5\n", new() { TestFile = Path("held.csv") });
        Assert.Equal(2, Assert.IsType<NumberEncoding>(data.Preprocessing.Columns[0]).Mean);
        Assert.Equal([98, 0, 0, 298, 1, 0], Assert.IsType<NumberFeatures>(data.Test!.Features).Values);
        Assert.Equal(2, data.Train.Count);

        string rows = string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{i}.5\n"));
        Dataset parted = Load("x,y\n" + rows, new() { Validation = 0.1, Test = 0.2 });
        Assert.Equal((35, 5, 10), (parted.Train.Count, parted.Validation!.Count, parted.Test!.Count));
        NumberEncoding x = Assert.IsType<NumberEncoding>(parted.Preprocessing.Columns[0]);
        Assert.Equal(0, Assert.IsType<NumberFeatures>(parted.Train.Features).Values.Average(), 12);
        Assert.NotEqual(24.5, x.Mean);
        double[] all = [.. new[] { parted.Train, parted.Validation, parted.Test }.SelectMany(part => ((NumberFeatures)part.Features).Values).Select(z => Math.Round(z * x.Scale + x.Mean, 9)).Order()];
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (double)i), all);
    }

    [Fact]
    public void What_was_learned_is_done_again_to_other_rows_of_the_file()
    {
        Preprocessing learned = Load("n,c,y\n1,a,dog\n3,b,cat\n", new() { Test = 0 }).Preprocessing;
        folder.Write("other.csv", "extra,c,n\nq,b,5\nq,unseen,\nq,a,2\n"u8.ToArray());
        TableBatch batch = Assert.Single(TableReader.Stream(Path("other.csv"), learned, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal([3, 0, 1, 0, 0, 0, 0, 1, 0], Assert.IsType<NumberFeatures>(batch.Features).Values);
        Assert.Null(batch.Targets);

        folder.Write("told.csv", "y,c,n\ncat,b,5\ndog,a,2\n"u8.ToArray());
        Dataset told = TableReader.Load(Path("told.csv"), learned, ["cat", "dog"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([0, 1], told.Train.Labels!.Value);
        batch = Assert.Single(TableReader.Stream(Path("told.csv"), learned, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(["cat", "dog"], batch.Targets!.Value);
    }

    /// <summary>Rows that are encoded as they are read are those that are encoded at once.</summary>
    [Fact]
    public unsafe void A_large_table_is_encoded_as_it_is_read()
    {
        SeededRandom random = new(1);
        StringBuilder text = new("x,c,d,y\n");
        double[] numbers = [.. Enumerable.Range(0, 20_000).Select(_ => Math.Round(random.NextNormal(), random.NextInt(8)))];
        foreach (double number in numbers)
        {
            text.Append($"{number:R},{random.NextInt(100)}th,{random.NextInt(3)},{number:R}\n");
        }

        Dataset data = Load($"{text}", new() { Test = 0 });
        EncodedFeatures features = Assert.IsType<EncodedFeatures>(data.Train.Features);
        Assert.Equal((102, 20_000), (features.Size, features.Count));
        NumberEncoding x = Assert.IsType<NumberEncoding>(data.Preprocessing.Columns[0]);
        double[] column = new double[102];
        fixed (double* first = column)
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                data.Train.GatherInputs([i], first, column.Length);
                Assert.Equal(x.Encode(numbers[i]), column[0]);
                Assert.Equal(1, column[1..101].Sum());
            }
        }
    }

    private string Path(string name) => System.IO.Path.Combine(folder.Path, name);

    private Dataset Load(string text, TableOptions? options = null)
    {
        folder.Write("t.csv", Encoding.UTF8.GetBytes(text));
        return TableReader.Load(Path("t.csv"), options, TestContext.Current.CancellationToken);
    }
}
