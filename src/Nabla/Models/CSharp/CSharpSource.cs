using System.Globalization;
using System.Numerics;
using System.Text;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Rendering;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Models.CSharp;

/// <summary>
/// A model as one file of C# that needs nothing but .NET: its weights, its prediction, and one step of training. The statements are written from the
/// expressions that the model computes and from the gradients that were derived of them, node by node; there is no template of a network.
/// </summary>
public static class CSharpSource
{
    private const int NumbersInALine = 10;

    /// <summary>Names that mean something in the file; no array may have them.</summary>
    private static readonly string[] reserved =
    [
        "Train", "Predict", "Inputs", "Outputs", "Classes", "Math", "MathF", "Array", "Span", "ReadOnlySpan", "Object", "String", "Single", "Double", "Boolean", "Int32", "ArgumentException",
    ];

    private static readonly string[] taken = ["i", "j", "k", "m", "inputs", "outputs", "targets", "rate", "x", "t", "largest", "total", "steps"];

    /// <summary>The file.</summary>
    /// <param name="name">What the class is called: letters and digits, a letter first.</param>
    /// <param name="model">The network and its numbers; doubles are rounded to float.</param>
    /// <param name="description">What is done to inputs, and the classes.</param>
    /// <param name="optimizer">The update rule; plain gradient descent where it is null.</param>
    /// <exception cref="ArgumentException">
    /// The name is none, the description is of another network, a number is not finite, or the loss or the update has an operation that has no form in C#.
    /// </exception>
    public static string Write<T>(string name, Model<T> model, ModelDescription description, Optimizer? optimizer = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(description);
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name.All(char.IsAsciiLetterOrDigit))
        {
            throw new ArgumentException($"'{name}' names no class: it needs letters and digits, a letter first");
        }

        description.Require(model.Network);

        if (model.Parameters.FindNonFinite() is var (parameter, value))
        {
            throw new ArgumentException($"{parameter.Name} holds {value}, but the weights and biases of a program are finite numbers");
        }

        try
        {
            return Write(name, model, description, optimizer ?? Optimizer.Sgd, model.Expression.Differentiate());
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException($"the model with {model.Loss} cannot be written as C#: {e.Message}", e);
        }
    }

    /// <summary>A name of a class from any text, such as a file's: <c>Digits2</c> from <c>digits-2</c>.</summary>
    public static string ClassName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder name = new();
        bool isStart = true;
        foreach (char c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                name.Append(isStart ? char.ToUpperInvariant(c) : c);
            }

            isStart = !char.IsAsciiLetterOrDigit(c);
        }

        // A class may not have the name of one of its members, and should not hide what it uses itself.
        return name.Length == 0 || !char.IsAsciiLetter(name[0]) || reserved.Contains($"{name}") ? $"Network{name}" : $"{name}";
    }

    private static string Write<T>(string name, Model<T> model, ModelDescription description, Optimizer optimizer, Derivation derivation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LayeredNetwork network = model.Expression;
        IReadOnlyList<ParameterUpdate> updates = model.UpdatesBy(optimizer, derivation);
        HashSet<Function> called = [];
        string predict = Predict(network, description.Decoding, called);
        string train = Train(network, description.Decoding, derivation, updates, called);
        string functions = Functions(called);
        StringBuilder file = new();
        void Line(string line) => file.Append(line).Append('\n');
        Line("// Written by Nabla, which derived the gradients below. It may be changed like any other file; nothing but .NET is needed.");
        Line("#nullable enable");
        Line("using System;");
        Line("");
        string layers = string.Join(", ", network.Layers.Select((_, l) => model.Network.Layers[l].Activation.Name));
        Line($"/// <summary>The network {model.Network} ({layers}) with the loss {Comment(description.Loss)}, samples one after the other.</summary>");
        Line("/// <remarks>Any number of threads may predict at once; training may run beside none of these.</remarks>");
        Line($"public sealed class {name}");
        Line("{");
        bool isTable = description.Preprocessing.IsTable;
        if (isTable)
        {
            Line("    /// <summary>The columns of the table, of which a sample has one number each.</summary>");
        }

        Line($"    public const int Inputs = {(isTable ? description.Preprocessing.Columns.Length : model.Network.Inputs)};");
        Line($"    public const int Outputs = {model.Network.Outputs};");
        Line("");
        if (!description.Classes.IsEmpty)
        {
            Line("    /// <summary>The names of the classes, in the order of the outputs.</summary>");
            Line($"    public static readonly string[] Classes = [{string.Join(", ", description.Classes.Select(TableCode.Literal))}];");
            Line("");
        }

        file.Append(TableCode.Constants(description.Preprocessing));
        foreach (Symbol parameter in network.Parameters)
        {
            Line($"    /// <summary>{parameter.Name}, {model.Parameters.SlotOf(parameter).Rows}×{model.Parameters.SlotOf(parameter).Columns}, row by row.</summary>");
            Line($"    public readonly float[] {FieldOf(parameter)} =");
            Line("    [");
            foreach (T[] row in model.Parameters.SlotOf(parameter).ReadRows().Chunk(NumbersInALine))
            {
                Line($"        {string.Join(", ", row.Select(number => float.CreateChecked(number).ToString("R", CultureInfo.InvariantCulture) + "f"))},");
            }

            Line("    ];");
            Line("");
        }

        foreach (Symbol state in States(updates))
        {
            Line($"    /// <summary>{state.Name}, what {optimizer.Name} keeps from one step to the next.</summary>");
            Line($"    public readonly float[] {FieldOf(state)} = new float[{state.Shape.Rows.Value} * {state.Shape.Columns.Value}];");
            Line("");
        }

        bool counts = UpdateTerms.StepIn(network.LearningRate.Pool) is not null;
        if (counts)
        {
            Line("    private int steps;");
            Line("");
        }

        Line("    /// <summary>The outputs of m samples.</summary>");
        string given = isTable ? "m times the columns: numbers as they are in the table, of a category the place of its level, NaN for a missing value." : "m times the inputs.";
        string units = description.Decoding is null ? "" : ", in the units of the table";
        Line($"    /// <param name=\"inputs\">{given}</param>");
        Line($"    /// <param name=\"outputs\">Gets m times the outputs{units}.</param>");
        Line("    public void Predict(ReadOnlySpan<float> inputs, Span<float> outputs)");
        Line("    {");
        Prepare(inputs: "outputs", "Outputs");
        file.Append(predict);
        Line("    }");
        Line("");
        Line($"    /// <summary>One step of {optimizer.Name} on m samples.</summary>");
        Line($"    /// <param name=\"inputs\">{given}</param>");
        Line($"    /// <param name=\"targets\">m times the outputs that are wanted{units}.</param>");
        Line("    /// <param name=\"rate\">The learning rate η.</param>");
        Line($"    /// <returns>The loss before the step{(units.Length == 0 ? "" : ", of the outputs before they get these units")}.</returns>");
        Line("    public double Train(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, double rate)");
        Line("    {");
        Prepare(inputs: "targets", "Outputs");
        if (counts)
        {
            Line("        double t = ++steps;");
        }

        file.Append(train);
        Line("    }");
        file.Append(TableCode.Encode(description.Preprocessing));
        file.Append(functions);
        Line("}");
        return $"{file}";

        void Prepare(string inputs, string size)
        {
            Line("        int m = inputs.Length / Inputs;");
            Line($"        if (inputs.Length != m * Inputs || {inputs}.Length != m * {size})");
            Line("        {");
            Line($"            throw new ArgumentException($\"{{inputs.Length}} inputs and {{{inputs}.Length}} {inputs} are not those of a whole number of samples\");");
            Line("        }");
            Line("");
            if (isTable)
            {
                Line("        float[] a0 = Encode(inputs, m);");
            }
            else if (description.Preprocessing.InputDivisor == 1)
            {
                Line("        ReadOnlySpan<float> a0 = inputs;");
            }
            else
            {
                Line("        float[] a0 = new float[inputs.Length];");
                Line("        for (int i = 0; i < a0.Length; i++)");
                Line("        {");
                Line($"            a0[i] = inputs[i] / {((float)description.Preprocessing.InputDivisor).ToString("R", CultureInfo.InvariantCulture)}f;");
                Line("        }");
            }

            Line("");
        }
    }

    private static string Predict(LayeredNetwork network, TargetEncoding? decoding, HashSet<Function> called)
    {
        Statements code = Start(network, called);
        code.Compute([(network.Output, null, null, false)]);
        string name = code[network.Output].Name;
        if (decoding is not null)
        {
            code.Line($"// scale a + mean: {TableCode.OneLine(decoding.Name)} in the units of the table");
        }

        code.Line($"for (int i = 0; i < outputs.Length; i++)");
        code.Line("{");
        code.Line(decoding is null
            ? $"    outputs[i] = (float){name}[i];"
            : $"    outputs[i] = (float)({(Code.Number(decoding.Scale) * Code.Atom($"{name}[i]") + Code.Number(decoding.Mean)).Text});");
        code.Line("}");
        return $"{code}";
    }

    private static string Train(LayeredNetwork network, TargetEncoding? decoding, Derivation derivation, IReadOnlyList<ParameterUpdate> updates, HashSet<Function> called)
    {
        Statements code = Start(network, called);
        if (decoding is null)
        {
            code.Give(network.Target, "targets");
        }
        else
        {
            code.Line($"// (y − mean) / scale: {TableCode.OneLine(decoding.Name)} as the network learns it");
            code.Line("float[] y = new float[targets.Length];");
            code.Line("for (int i = 0; i < y.Length; i++)");
            code.Line("{");
            code.Line($"    y[i] = (float)({((Code.Atom("targets[i]") - Code.Number(decoding.Mean)) / Code.Number(decoding.Scale)).Text});");
            code.Line("}");
            code.Line("");
            code.Give(network.Target, "y");
        }

        code.Give(network.LearningRate, "rate");
        if (UpdateTerms.StepIn(network.LearningRate.Pool) is Symbol step)
        {
            code.Give(step, "t");
        }

        foreach (Symbol state in States(updates))
        {
            code.Give(state, FieldOf(state), isByRows: true);
        }

        Notation print = Notation.Text;
        code.Compute([(derivation.StableCost, "loss", $"{network.Cost.Name} = {print.Print(derivation.StableCost is Named cost ? cost.Definition : derivation.StableCost)}", false)]);
        code.Compute(
        [
            .. network.Parameters.Select(w => (
                derivation.GradientOf(w), (string?)$"d{FieldOf(w)}", (string?)$"∂C/∂{w.Name} = {print.Print(derivation.GradientOf(w))}", true)),
        ]);
        foreach (ParameterUpdate update in updates)
        {
            code.Update(update);
        }

        code.Line("return loss;");
        return $"{code}";
    }

    private static Statements Start(LayeredNetwork network, HashSet<Function> called)
    {
        Statements code = new(network.Batch, [.. taken, "a0", "y", "loss", .. network.Parameters.SelectMany(w => new[] { FieldOf(w), "d" + FieldOf(w) })], called);
        code.Give(network.Input, "a0");
        foreach (Symbol parameter in network.Parameters)
        {
            code.Give(parameter, FieldOf(parameter), isByRows: true);
        }

        return code;
    }

    private static IEnumerable<Symbol> States(IEnumerable<ParameterUpdate> updates) => updates.SelectMany(update => update.States).Select(state => state.Parameter);

    /// <summary>W1 for W¹, and mW1 for m(W¹).</summary>
    private static string FieldOf(Symbol symbol)
    {
        string raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        return string.Concat(symbol.Name.ToString()
            .Select(c => raised.Contains(c, StringComparison.Ordinal) ? (char)('0' + raised.IndexOf(c, StringComparison.Ordinal)) : c)
            .Where(char.IsAsciiLetterOrDigit));
    }

    /// <summary>The functions that are called, and those that they call, each from its own text.</summary>
    private static string Functions(HashSet<Function> called)
    {
        SortedDictionary<string, string> methods = new(StringComparer.Ordinal);
        Stack<Function> open = new(called);
        while (open.TryPop(out Function? function))
        {
            CodeLane body = CodeLane.BodyOf(function);
            if (methods.TryAdd(CodeLane.NameOf(function), body.Code.Text))
            {
                foreach (Function other in body.Calls)
                {
                    open.Push(other);
                }
            }
        }

        StringBuilder text = new();
        foreach ((string name, string body) in methods)
        {
            text.Append($"\n    private static double {name}(double x) => {body};\n");
        }

        bool Uses(string primitive) => methods.Values.Any(body => body.Contains(primitive + "(", StringComparison.Ordinal));
        return text + (Uses(CodeLane.ErrorFunction) ? Primitives.ErrorFunction : "") + (Uses(CodeLane.LogOfOnePlus) ? Primitives.LogOfOnePlus : "");
    }

    private static string Comment(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
