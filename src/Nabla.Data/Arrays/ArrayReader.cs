using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Nabla.Data.Tables;

namespace Nabla.Data.Arrays;

/// <summary>
/// Makes data sets of arrays in files: NumPy's <c>.npy</c> and <c>.npz</c>, and IDX. Bytes in two or more sizes are the pixels of pictures and are divided by 255; all other
/// numbers are columns named column1, column2, … that are standardized like those of a table.
/// </summary>
public static class ArrayReader
{
    private static readonly string[] endings = [".npy", ".npz", ".idx", "-ubyte"];
    private static readonly string[] inputNames = ["x", "X", "x_train", "data", "inputs", "images", "arr_0"];
    private static readonly string[] targetNames = ["y", "Y", "y_train", "target", "labels", "targets", "arr_1"];

    /// <summary>Whether a file is called as those that hold arrays are.</summary>
    public static bool IsArrayFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Reads inputs and targets to train with.</summary>
    /// <param name="path">The file with the inputs; an <c>.npz</c> file may hold the targets too.</param>
    /// <param name="labels">The file with the targets; null where they are in the same file.</param>
    /// <param name="options">The parts, the task, and in <c>.npz</c> files the names of the arrays as feature and target.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">The targets are not given, or an option is out of its range.</exception>
    public static Dataset Load(string path, string? labels, TableOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        RequireNoneOfTables(path, options);
        Parts.RequireFractions(options.Validation, options.Test);
        (NumberArray x, NumberArray y) = ReadPair(path, labels, options);
        double[] targets = TargetsOf(y);
        List<string> notes = [];
        ImmutableArray<string> classes = ClassesOf(y.File, targets, options.Task, notes);
        int[]? places = classes.IsEmpty ? null : PlacesOf(y.File, targets, classes);
        ImmutableArray<Part> parts = Parts.Of(x.Rows, places, options.Validation, options.Test, options.Seed);
        int[] RowsOf(Part part) => [.. Enumerable.Range(0, x.Rows).Where(row => parts[row] == part)];
        int[] train = RowsOf(Part.Train);
        Preprocessing preprocessing = IsPictures(x) ? new() { InputDivisor = byte.MaxValue } : Learn(x, targets, train, classes, options);
        Samples? SamplesOf(int[] rows) => rows.Length == 0 ? null : new(FeaturesOf(x, rows, preprocessing), TargetsFor(rows, targets, places, classes, preprocessing));
        return new(Path.GetFileName(path), SamplesOf(train)!, SamplesOf(RowsOf(Part.Test)), classes, [.. notes], SamplesOf(RowsOf(Part.Validation)), preprocessing);
    }

    /// <summary>Reads inputs and targets to measure a model on, as samples of which none are held out.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or does not fit the model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Dataset Load(string path, string? labels, Preprocessing preprocessing, ImmutableArray<string> classes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(preprocessing);
        (NumberArray x, NumberArray y) = ReadPair(path, labels, new());
        double[] targets = TargetsOf(y);
        int[]? places = classes.IsEmpty ? null : PlacesOf(y.File, targets, classes);
        int[] rows = [.. Enumerable.Range(0, x.Rows)];
        RequireFit(x, preprocessing);
        return new(
            Path.GetFileName(path),
            new(FeaturesOf(x, rows, preprocessing), TargetsFor(rows, targets, places, classes, preprocessing)),
            classes: classes,
            preprocessing: preprocessing);
    }

    /// <summary>Reads inputs to predict from, some rows at a time.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or does not fit the model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<TableBatch> Stream(string path, Preprocessing preprocessing)
    {
        const int RowsOfABatch = 256;
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(preprocessing);
        NumberArray x = ReadOne(path, inputNames);
        RequireFit(x, preprocessing);
        for (int first = 0; first < x.Rows; first += RowsOfABatch)
        {
            yield return new(first, FeaturesOf(x, [.. Enumerable.Range(first, Math.Min(RowsOfABatch, x.Rows - first))], preprocessing), null);
        }
    }

    /// <summary>What would change nothing is a mistake of whoever asks for it.</summary>
    private static void RequireNoneOfTables(string path, TableOptions options)
    {
        string? wrong = options.TestFile is not null ? "a file of rows to test with"
            : options.HasHeader is not null ? "a row of names, or none,"
            : !options.Categories.IsEmpty || options.MissingCategories != CategoryFill.OwnLevel ? "a column of categories"
            : !IsArchive(path) && (!options.Features.IsEmpty || options.Target is not null) ? "a name of features or of a target"
            : null;
        if (wrong is not null)
        {
            throw new ArgumentException($"{wrong} goes with a table, but {Path.GetFileName(path)} is a file of arrays");
        }
    }

    private static bool IsArchive(string path) => path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    private static (NumberArray X, NumberArray Y) ReadPair(string path, string? labels, TableOptions options)
    {
        bool together = labels is null && IsArchive(path);
        if (labels is null && !together)
        {
            throw new ArgumentException($"{Path.GetFileName(path)} holds the inputs; --labels names the file with the targets");
        }

        NumberArray x = ReadOne(path, options.Features.Length == 1 ? [options.Features[0]] : inputNames);
        NumberArray y = ReadOne(labels ?? path, options.Target is string named ? [named] : targetNames);
        return x.Rows != y.Rows || x.Shape.IsEmpty ? throw new InvalidDataException($"{x.File} holds {x.Rows:N0} rows but {y.File} holds {y.Rows:N0}; each row needs one target")
            : y.RowLength != 1 ? throw new InvalidDataException($"{y.File} holds {y.RowLength:N0} numbers a row, but a target is one")
            : (x, y);
    }

    private static NumberArray ReadOne(string path, IReadOnlyList<string> names)
    {
        if (IsArchive(path))
        {
            return Npy.Read(path, names);
        }

        if (path.EndsWith(".npz.gz", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"{Path.GetFileName(path)}: an .npz file is an archive that is compressed itself; gzip around it has to be taken off");
        }

        return path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".npy.gz", StringComparison.OrdinalIgnoreCase) ? Npy.Read(path) : ReadIdx(path);
    }

    private static NumberArray ReadIdx(string path)
    {
        string file = Path.GetFileName(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"there is no file {path}");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        (ImmutableArray<int> shape, List<byte[]> blocks) = Idx.Read(stream, file);
        return new(file, new('u', 1, false), shape, columnsFirst: false, blocks);
    }

    private static bool IsPictures(NumberArray x) => x.Type is { Kind: 'u', Size: 1 } && x.Shape.Length > 1;

    private static double[] TargetsOf(NumberArray y)
    {
        double[] targets = new double[y.Rows];
        for (int row = 0; row < targets.Length; row++)
        {
            targets[row] = double.IsFinite(y[row, 0])
                ? y[row, 0]
                : throw new InvalidDataException($"{y.File}: the target of row {row} is {y[row, 0]}, but must be a finite number");
        }

        return targets;
    }

    private static ImmutableArray<string> ClassesOf(string file, double[] targets, TableTask? task, List<string> notes)
    {
        const int LeastRowsOfAClass = 5;
        const int MostClasses = 1000;
        double[] different = [.. targets.Distinct().Order().Take(MostClasses + 1)];
        bool few = different.Length <= ColumnSurvey.MostNumberClasses && different.All(value => value == Math.Floor(value))
            && different.Length * LeastRowsOfAClass <= targets.Length;
        if (task is null)
        {
            notes.Add(few
                ? $"the targets in {file} are {different.Length} different whole numbers, which are taken for classes; --task regression takes them for numbers"
                : $"the targets in {file} are numbers, which are predicted as such; --task classification takes them for classes");
        }

        return task == TableTask.Regression || (task is null && !few) ? []
            : different.Length is < 2 or > MostClasses
            ? throw new InvalidDataException($"{file}: there are {(different.Length < 2 ? "no two" : $"more than {MostClasses:N0}")} different targets, which are no classes")
            : [.. different.Select(Name)];
    }

    private static int[] PlacesOf(string file, double[] targets, ImmutableArray<string> classes)
    {
        Dictionary<string, int> known = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        return
        [
            .. targets.Select((target, row) => known.TryGetValue(Name(target), out int place)
                ? place
                : throw new InvalidDataException($"{file}: the target of row {row} is {Name(target)}, which is none of the classes {string.Join(", ", classes.Take(20))}")),
        ];
    }

    private static string Name(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static Preprocessing Learn(NumberArray x, double[] targets, int[] train, ImmutableArray<string> classes, TableOptions options)
    {
        const int MostColumns = 65_536;
        const int NumbersAtATime = 1 << 20;
        if (x.RowLength > MostColumns)
        {
            throw new InvalidDataException($"{x.File}: a row has {x.RowLength:N0} numbers, but at most {MostColumns:N0} can be standardized; only pictures, which are unsigned bytes in two or more sizes, may be larger");
        }

        RequireFinite(x);
        try
        {
            (double mean, double scale) = classes.IsEmpty ? Standardization.Measure(new NumberColumn("target", train.Select(row => targets[row]))) : (0, 1);
            ImmutableArray<ColumnEncoding>.Builder encodings = ImmutableArray.CreateBuilder<ColumnEncoding>(x.RowLength);

            // Some columns at a time: all of them would be the whole array once more.
            int most = Math.Max(1, NumbersAtATime / train.Length);
            for (int first = 0; first < x.RowLength; first += most)
            {
                TableColumns some = new(Enumerable.Range(first, Math.Min(most, x.RowLength - first)).Select(place => new NumberColumn($"column{place + 1}", train.Select(row => x[row, place]))));
                encodings.AddRange(Standardization.Learn(some, options.MissingNumbers));
            }

            return new() { Columns = encodings.MoveToImmutable(), Target = new("target", mean, scale) };
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{x.File}: {e.Message}", e);
        }
    }

    private static void RequireFinite(NumberArray x)
    {
        for (int row = 0; x.Type.Kind == 'f' && row < x.Rows; row++)
        {
            for (int place = 0; place < x.RowLength; place++)
            {
                if (double.IsInfinity(x[row, place]))
                {
                    throw new InvalidDataException($"{x.File}: number {place} of row {row} is {x[row, place]}, but must be finite, or NaN where it is missing");
                }
            }
        }
    }

    /// <summary>Asserts that a model can take the rows.</summary>
    private static void RequireFit(NumberArray x, Preprocessing preprocessing)
    {
        if (!preprocessing.IsTable)
        {
            if (!IsPictures(x))
            {
                throw new InvalidDataException($"{x.File}: the model was trained on pictures, which are bytes in two or more sizes, but these are others");
            }

            return;
        }

        if (IsPictures(x) || x.RowLength != preprocessing.Columns.Length || preprocessing.Columns.Any(column => column is not NumberEncoding))
        {
            throw new InvalidDataException($"{x.File}: the model was trained on {preprocessing.Columns.Length} columns, but the array is {string.Join(" × ", x.Shape)}{(IsPictures(x) ? " bytes" : "")}");
        }

        RequireFinite(x);
    }

    private static Features FeaturesOf(NumberArray x, int[] rows, Preprocessing preprocessing) => preprocessing.IsTable
        ? new ArrayFeatures(x, rows, [.. preprocessing.Columns.Cast<NumberEncoding>()]).PlainWhereFew()
        : new ByteFeatures(Pixels(x, rows), x.RowLength);

    private static ImmutableArray<byte> Pixels(NumberArray x, int[] rows)
    {
        byte[] pixels = (long)rows.Length * x.RowLength <= Array.MaxLength
            ? new byte[rows.Length * x.RowLength]
            : throw new InvalidDataException($"{x.File}: {rows.Length:N0} pictures of {x.RowLength:N0} bytes are more than {Array.MaxLength:N0}");
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < x.RowLength; j++)
            {
                pixels[i * x.RowLength + j] = (byte)x[rows[i], j];
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(pixels);
    }

    private static Targets TargetsFor(int[] rows, double[] targets, int[]? places, ImmutableArray<string> classes, Preprocessing preprocessing) => places is null
        ? new NumberTargets([.. rows.Select(row => preprocessing.Target?.Encode(targets[row]) ?? targets[row])], 1)
        : new ClassTargets([.. rows.Select(row => places[row])], classes.Length);
}
