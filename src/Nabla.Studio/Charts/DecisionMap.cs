using System.Collections.Immutable;
using System.Globalization;
using Nabla.Data;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Charts;

/// <summary>What a network with two inputs answers all over the plane, with samples on it.</summary>
/// <param name="Classes">What the answers are called.</param>
/// <param name="Left">The least x₁.</param>
/// <param name="Right">The largest x₁.</param>
/// <param name="Bottom">The least x₂.</param>
/// <param name="Top">The largest x₂.</param>
/// <param name="Cells">Of each cell, row after row from the top, which answer and, up to 255, how clear it is.</param>
/// <param name="Points">Of each sample x and y between 0 and 255, which answer is right, and 1 where it was held out.</param>
public sealed record DecisionMap(ImmutableArray<string> Classes, double Left, double Right, double Bottom, double Top, byte[] Cells, byte[] Points)
{
    /// <summary>Cells on a side.</summary>
    public const int Side = 60;

    /// <summary>The most answers that can be told apart on it.</summary>
    public const int MostClasses = 256;

    private const int MostPoints = 300;
    private const int MostTold = 12;
    private static readonly ImmutableArray<string> marks = ["●", "▲", "■", "◆"];

    /// <summary>In words: which share of the plane each answer takes; of many answers those that take most.</summary>
    public string Words
    {
        get
        {
            int[] cells = new int[Classes.Length];
            for (int cell = 0; cell < Side * Side; cell++)
            {
                cells[Cells[2 * cell]]++;
            }

            IEnumerable<int> told = Classes.Length <= MostTold ? Enumerable.Range(0, Classes.Length) : Enumerable.Range(0, Classes.Length).OrderByDescending(i => cells[i]).Take(MostTold);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Decisions over {Horizontal} from {InUnits(0, Left):G3} to {InUnits(0, Right):G3} and {Vertical} from {InUnits(1, Bottom):G3} to {InUnits(1, Top):G3}: {string.Join(", ", told.Select(i => $"{Classes[i]} takes {100.0 * cells[i] / (Side * Side):0} %"))} of the plane");
        }
    }

    /// <summary>How the inputs were made of a table.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.None;

    /// <summary>What x₁ is called.</summary>
    public string Horizontal => ColumnOf(0)?.Name ?? "x₁";

    /// <summary>What x₂ is called.</summary>
    public string Vertical => ColumnOf(1)?.Name ?? "x₂";

    /// <summary>The mark of each answer: the first four have shapes, the others their numbers, so that no answer is known by its colour alone.</summary>
    public string MarkOf(int answer) => answer < marks.Length ? marks[answer] : (answer + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>Asks the network at the middle of each cell.</summary>
    /// <exception cref="ArgumentException">The network has another number of inputs than two.</exception>
    public static DecisionMap Of(Model<float> model, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        if (model.Network.Inputs != 2)
        {
            throw new ArgumentException($"a map of decisions needs two inputs, but the network {model.Network} has {model.Network.Inputs}");
        }

        if (model.Network.Outputs > MostClasses)
        {
            throw new ArgumentException($"a map of decisions tells {MostClasses} answers apart at most, but the network {model.Network} has {model.Network.Outputs}");
        }

        (double X, double Y, double Answer, bool IsHeldOut)[] samples = [.. PointsOf(data.Train, isHeldOut: false), .. data.Validation is null ? [] : PointsOf(data.Validation, isHeldOut: true)];
        (double left, double right) = Around(samples.Select(one => one.X));
        (double bottom, double top) = Around(samples.Select(one => one.Y));

        // A single output is a number: below or above the middle of its targets.
        bool isNumber = model.Network.Outputs == 1;
        (double least, double most) = isNumber ? (samples.Min(one => one.Answer), samples.Max(one => one.Answer)) : (0, 1);
        (double middle, double half) = ((least + most) / 2, Math.Max((most - least) / 2, 1e-9));
        double[] places = new double[2 * Side * Side];
        for (int cell = 0; cell < Side * Side; cell++)
        {
            places[2 * cell] = left + (((cell % Side) + 0.5) * (right - left) / Side);
            places[(2 * cell) + 1] = top - (((cell / Side) + 0.5) * (top - bottom) / Side);
        }

        byte[] cells = new byte[2 * Side * Side];
        model.Predict(new NumberFeatures([.. places], 2), (cell, outputs) =>
        {
            (int answer, double clear) = isNumber ? (outputs[0] > middle ? 1 : 0, Math.Abs(outputs[0] - middle) / half) : Largest(outputs);
            (cells[2 * cell], cells[(2 * cell) + 1]) = ((byte)answer, (byte)(255 * Math.Clamp(double.IsNaN(clear) ? 0 : clear, 0, 1)));
        });
        byte At(double value, double from, double to) => (byte)Math.Clamp(Math.Round(255 * (value - from) / (to - from)), 0, 255);
        return new(
            isNumber ? [string.Create(CultureInfo.InvariantCulture, $"below {SampleText.Decoded(data, middle):G3}"), string.Create(CultureInfo.InvariantCulture, $"above {SampleText.Decoded(data, middle):G3}")] : data.Classes.IsEmpty ? [.. Enumerable.Range(1, model.Network.Outputs).Select(i => $"output {i}")] : data.Classes,
            left,
            right,
            bottom,
            top,
            cells,
            [.. samples.SelectMany(one => new[] { At(one.X, left, right), At(one.Y, bottom, top), (byte)(isNumber ? one.Answer > middle ? 1 : 0 : one.Answer), one.IsHeldOut ? (byte)1 : (byte)0 })])
        { Preprocessing = data.Preprocessing };
    }

    /// <summary>The answer at a place of a coarse grid of so many rows and columns, from the top left.</summary>
    public string AnswerAt(int row, int column, int size) => Classes[Cells[2 * (((((2 * row) + 1) * Side / (2 * size)) * Side) + (((2 * column) + 1) * Side / (2 * size)))]];

    /// <summary>The column of numbers that an input is; null where the data is no table, or the column is one of words.</summary>
    private NumberEncoding? ColumnOf(int input) => Preprocessing.Columns is [NumberEncoding, NumberEncoding] columns ? (NumberEncoding)columns[input] : null;

    private double InUnits(int input, double value) => ColumnOf(input) is NumberEncoding column ? SampleText.Decoded(column, value) : value;

    private static IEnumerable<(double X, double Y, double Answer, bool IsHeldOut)> PointsOf(Samples samples, bool isHeldOut)
    {
        int every = Math.Max(1, samples.Count / MostPoints);
        for (int i = 0; i < samples.Count; i += every)
        {
            (ImmutableArray<double> inputs, ImmutableArray<double> targets) = (samples.InputsOf(i), samples.TargetsOf(i));
            yield return (inputs[0], inputs[1], targets.Length == 1 ? targets[0] : targets.IndexOf(targets.Max()), isHeldOut);
        }
    }

    private static (double From, double To) Around(IEnumerable<double> values)
    {
        (double least, double most) = (values.Min(), values.Max());
        double margin = Math.Max(0.1 * (most - least), 1e-3);
        return (least - margin, most + margin);
    }

    private static (int Answer, double Clear) Largest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return (best, values[best]);
    }
}
