using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Models;

/// <summary>A trained network to ask: outputs = f(inputs). Immutable, and made to be one for a whole program.</summary>
/// <remarks>
/// Threads: any number may call any method at once, and the answers do not depend on who else asks. A predictor has compiled plans for
/// <see cref="Concurrency"/> callers, made by the constructor; a caller beyond them yields its time until one is free, which takes as long as a
/// prediction. No method allocates. The weights are a copy: the model that they come from may be trained on meanwhile.
/// </remarks>
public sealed class Predictor
{
    /// <summary>The sizes of the batches that plans are compiled for; samples are taken in the largest that their number fills.</summary>
    private static readonly int[] batches = [128, 16, 1];

    private readonly Model<float> model;
    private readonly InputEncoder encoder;
    private readonly PredictorPlans plans;

    private Predictor(Model<float> model, ModelDescription description, int? concurrency)
    {
        if (concurrency is < 1)
        {
            throw new ArgumentException($"a predictor serves at least 1 caller at once, but {concurrency} is given", nameof(concurrency));
        }

        (this.model, Description, encoder) = (model, description, new(description.Preprocessing, model.Network.Inputs));
        Concurrency = concurrency ?? Environment.ProcessorCount;
        plans = new(Concurrency, () => new(batches.Select(batch => model.CompileInference(batch)), model.Expression.Input, model.Expression.Output));
    }

    /// <summary>What the network is, what is done to inputs before they reach it, and what its outputs mean.</summary>
    public ModelDescription Description { get; }

    /// <summary>
    /// How many numbers are given of a sample: the inputs of the network, or, where it was trained on a table, the columns of the table, which become more
    /// inputs where there are categories.
    /// </summary>
    public int Inputs => encoder.Given;

    /// <summary>The number of outputs of a sample.</summary>
    public int Outputs => model.Network.Outputs;

    /// <summary>The names of the classes, in the order of the outputs; none for a regression.</summary>
    public ImmutableArray<string> Classes => Description.Classes;

    /// <summary>How many callers are served at once without waiting.</summary>
    public int Concurrency { get; }

    /// <summary>The predictor of a model, with a copy of its weights; doubles are rounded to float.</summary>
    /// <param name="model">The model; nobody may change its weights during this call.</param>
    /// <param name="description">What is done to inputs, and the names of classes; nothing and none where it is null.</param>
    /// <param name="concurrency">How many callers are served at once without waiting; one for each processor where it is null.</param>
    /// <exception cref="ArgumentException">The description is of another network, its columns do not fit, or the concurrency is below 1.</exception>
    public static Predictor Of<T>(Model<T> model, ModelDescription? description = null, int? concurrency = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        description ??= new(model.Network, model.Loss.Name, model.Reduction);
        description.Require(model.Network);

        Model<float> own = new(model.Network, model.Loss, model.Reduction, model.Path);
        foreach ((Symbol from, Symbol to) in model.Expression.Parameters.Zip(own.Expression.Parameters))
        {
            own.Parameters.SlotOf(to).WriteRows<T>(model.Parameters.SlotOf(from).ReadRows());
        }

        return new(own, description, concurrency);
    }

    /// <summary>The predictor of a model file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="losses">Losses of one's own that the file may name.</param>
    /// <param name="activations">Activations of one's own that the file may name.</param>
    /// <param name="concurrency">How many callers are served at once without waiting; one for each processor where it is null.</param>
    /// <exception cref="InvalidDataException">The file is not a model; the message says what is wrong where.</exception>
    /// <exception cref="ArgumentException">The concurrency is below 1.</exception>
    public static Predictor Load(string path, IEnumerable<Loss>? losses = null, IEnumerable<Activation>? activations = null, int? concurrency = null)
    {
        (ModelDescription description, Model<float> model) = ModelFile.Load<float>(path, losses, activations);
        return new(model, description, concurrency);
    }

    /// <summary>outputs = f(inputs) for one sample or for n. Allocates nothing.</summary>
    /// <param name="inputs">
    /// n·<see cref="Inputs"/> numbers, sample after sample, as they were before the preprocessing that the description names. Of a table these are the values
    /// of <c>Description.Preprocessing.Columns</c> in that order: a number as it is in the table, of a category the place of its level among
    /// <see cref="Data.CategoryEncoding.Levels"/> (any other number is a level that is unknown), and NaN for a missing value.
    /// </param>
    /// <param name="outputs">
    /// Gets n·<see cref="Outputs"/> numbers, sample after sample, of a regression in the units of the table; it may not overlap the inputs.
    /// </param>
    /// <exception cref="ArgumentException">The lengths are not those of a whole number of samples, the same for both.</exception>
    public void Predict(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        int samples = CountOf(inputs);
        if (outputs.Length != (long)samples * Outputs)
        {
            throw new ArgumentException($"{samples} samples have {(long)samples * Outputs} outputs, but there is room for {outputs.Length}", nameof(outputs));
        }

        PredictorPlans.Worker worker = plans.Rent(out int place);
        try
        {
            for (int done = 0, level = 0; done < samples;)
            {
                int batch = batches[level];
                if (samples - done < batch)
                {
                    level++;
                    continue;
                }

                for (int j = 0; j < batch; j++)
                {
                    encoder.Encode(inputs.Slice((done + j) * Inputs, Inputs), worker.InputOf(level, j));
                }

                worker.Run(level);
                for (int j = 0; j < batch; j++)
                {
                    CopyOutputs(worker.OutputOf(level, j), outputs.Slice((done + j) * Outputs, Outputs));
                }

                done += batch;
            }
        }
        finally
        {
            plans.GiveBack(worker, place);
        }
    }

    /// <summary>outputs = f(row) for one row of a table that is given as texts, as a reader of its files has them. Allocates nothing.</summary>
    /// <param name="cells">
    /// A text for each of <c>Description.Preprocessing.Columns</c>, in that order, without regard to white space around it. Null and the texts of
    /// <see cref="Data.MissingText"/> are a missing value; a category that is none of the levels is an unknown one; numbers are as in 1.5 or -2e-3.
    /// </param>
    /// <param name="outputs">Gets <see cref="Outputs"/> numbers, of a regression in the units of the table.</param>
    /// <exception cref="ArgumentException">A length is another one, or a text in a column of numbers is no finite number; the message names both.</exception>
    /// <exception cref="InvalidOperationException">The model was not trained on a table.</exception>
    public void PredictRow(ReadOnlySpan<string?> cells, Span<float> outputs)
    {
        if (!Description.Preprocessing.IsTable)
        {
            throw new InvalidOperationException("the model was not trained on a table; Predict takes its inputs as numbers");
        }

        if (cells.Length != Inputs || outputs.Length != Outputs)
        {
            throw new ArgumentException($"a row has {Inputs} columns and {Outputs} outputs, but {cells.Length} texts and room for {outputs.Length} outputs are given");
        }

        PredictorPlans.Worker worker = plans.Rent(out int place);
        try
        {
            int level = batches.Length - 1;
            encoder.Encode(cells, worker.InputOf(level, 0));
            worker.Run(level);
            CopyOutputs(worker.OutputOf(level, 0), outputs);
        }
        finally
        {
            plans.GiveBack(worker, place);
        }
    }

    /// <summary>
    /// The class of one sample: the index of its largest output, the first of several; with one output of sigmoid, 1 where it is at least ½. Allocates
    /// nothing.
    /// </summary>
    /// <param name="inputs"><see cref="Inputs"/> numbers, as <see cref="Predict"/> takes them.</param>
    /// <exception cref="ArgumentException">The number of inputs is another one.</exception>
    /// <exception cref="InvalidOperationException">The network has one output that is a number, not a class.</exception>
    public int PredictClass(ReadOnlySpan<float> inputs)
    {
        if (inputs.Length != Inputs)
        {
            throw new ArgumentException($"a sample has {Inputs} inputs, but {inputs.Length} are given", nameof(inputs));
        }

        bool isSigmoid = model.Network.Layers[^1].Activation.Equals(Activation.Sigmoid);
        if (Outputs == 1 && !isSigmoid)
        {
            throw new InvalidOperationException($"the network {model.Network} has one output, a number; classes need two outputs, or one of sigmoid");
        }

        PredictorPlans.Worker worker = plans.Rent(out int place);
        try
        {
            int level = batches.Length - 1;
            encoder.Encode(inputs, worker.InputOf(level, 0));
            worker.Run(level);
            ReadOnlySpan<float> outputs = worker.OutputOf(level, 0);
            return outputs.Length == 1 ? (outputs[0] >= 0.5f ? 1 : 0) : Model<float>.ArgMax(outputs);
        }
        finally
        {
            plans.GiveBack(worker, place);
        }
    }

    private void CopyOutputs(ReadOnlySpan<float> from, Span<float> to)
    {
        if (Description.Decoding is not { } target)
        {
            from.CopyTo(to);
            return;
        }

        for (int i = 0; i < to.Length; i++)
        {
            to[i] = (float)target.Decode(from[i]);
        }
    }

    private int CountOf(ReadOnlySpan<float> inputs)
    {
        (int samples, int rest) = Math.DivRem(inputs.Length, Inputs);
        return rest == 0
            ? samples
            : throw new ArgumentException($"a sample has {Inputs} inputs, but {inputs.Length} numbers are no whole number of samples", nameof(inputs));
    }
}
