using System.Collections.Immutable;
using System.Numerics;
using Nabla.Data;

namespace Nabla.Tests.Data;

public unsafe class SamplesTests
{
    private const float Untouched = -7;

    [Fact]
    public void Every_byte_becomes_the_float_nearest_to_its_255th()
    {
        Samples samples = Bytes([.. Enumerable.Range(0, 256).Select(b => (byte)b)], 256);
        float[] floats = Inputs<float>(samples, [0], 256);
        double[] doubles = Inputs<double>(samples, [0], 256);
        for (int b = 0; b < 256; b++)
        {
            Assert.Equal((float)(b / 255.0), floats[b]);
            Assert.Equal(b / 255.0, doubles[b]);
        }
    }

    [Fact]
    public void Every_length_is_gathered_whole_and_nothing_beside_it_is_touched()
    {
        var random = new SeededRandom(1);
        for (int size = 1; size <= 100; size++)
        {
            byte[] bytes = new byte[3 * size];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)random.NextInt(256);
            }

            Samples samples = Bytes([.. bytes], size);
            float[] columns = Inputs<float>(samples, [2, 0], size + 5);
            for (int row = 0; row < size + 5; row++)
            {
                Assert.Equal(row < size ? (float)(bytes[2 * size + row] / 255.0) : Untouched, columns[row]);
                Assert.Equal(row < size ? (float)(bytes[row] / 255.0) : Untouched, columns[size + 5 + row]);
            }
        }
    }

    [Fact]
    public void Classes_become_one_hot_columns()
    {
        Samples samples = Bytes([1, 2, 3], 1, labels: [2, 0, 1]);
        Assert.Equal([0, 0, 1, Untouched, 0, 1, 0, Untouched], Targets<float>(samples, [0, 2], 4));
        Assert.Equal([1, 0, 0, 0, 0, 1], Targets<double>(samples, [1, 0], 3));
        Assert.Equal([2, 0, 1], samples.Labels!.Value);
    }

    [Fact]
    public void Numbers_are_gathered_in_the_order_asked_for()
    {
        var samples = new Samples(new NumberFeatures([1, 2, 3, 4], 2), new NumberTargets([0.1, 0.2], 1));
        Assert.Equal([3, 4, 1, 2], Inputs<float>(samples, [1, 0], 2));
        Assert.Equal([0.2, Untouched, 0.1, Untouched], Targets<double>(samples, [1, 0], 2));
        Assert.Equal([0.2f, 0.1f], Targets<float>(samples, [1, 0], 1));
        Assert.Null(samples.Labels);
    }

    [Fact]
    public void Gathering_allocates_nothing()
    {
        Samples samples = Bytes(new byte[784 * 10], 784, labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
        int[] order = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
        float[] inputs = new float[7840];
        float[] targets = new float[30];
        Gather();
        Assert.Equal(0, Allocations.Least(() => Gather()));

        void Gather()
        {
            fixed (float* x = inputs, y = targets)
            {
                samples.GatherInputs(order, x, 784);
                samples.GatherTargets(order, y, 3);
            }
        }
    }

    [Fact]
    public void Samples_that_do_not_fit_are_refused_with_a_sentence()
    {
        Refused("7 bytes are not a whole number of samples of 2: 1 are left over", () => new ByteFeatures([.. new byte[7]], 2));
        Refused("4 numbers are not a whole number of samples of 3: 1 are left over", () => new NumberFeatures([1, 2, 3, 4], 3));
        Refused("3 numbers are not a whole number of targets of 2: 1 are left over", () => new NumberTargets([1, 2, 3], 2));
        Refused("input 1 of sample 1 is NaN, but must be a finite number", () => new NumberFeatures([1, 2, 3, double.NaN], 2));
        Refused("target 0 of sample 1 is Infinity, but must be a finite number", () => new NumberTargets([1, 1 / 0.0], 1));
        Refused("the label of sample 2 is 3, but 3 classes have the labels 0 to 2", () => new ClassTargets([0, 1, 3], 3));
        Refused("the label of sample 0 is -1, but 3 classes have the labels 0 to 2", () => new ClassTargets([-1], 3));
        Refused("there are 2 inputs but 1 targets; each input needs one target", () => Bytes([1, 2], 1, [0]));
        Refused("there are no samples; at least one is needed", () => Bytes([], 1, []));
    }

    [Fact]
    public void A_sample_that_does_not_exist_or_a_column_too_short_is_refused()
    {
        Samples samples = Bytes([1, 2, 3, 4], 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => Inputs<float>(samples, [2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Inputs<float>(samples, [-1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Inputs<float>(samples, [0], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Targets<float>(samples, [0], 1));
    }

    private static void Refused(string sentence, Func<object> make) =>
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(() => make()).Message);

    private static Samples Bytes(byte[] values, int size, int[]? labels = null) => new(
        new ByteFeatures([.. values], size),
        new ClassTargets([.. labels ?? Enumerable.Repeat(1, values.Length / size)], 3));

    private static T[] Inputs<T>(Samples samples, int[] order, int leadingDimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] columns = Columns<T>(order.Length * leadingDimension);
        fixed (T* first = columns)
        {
            samples.GatherInputs(order, first, leadingDimension);
        }

        return columns;
    }

    private static T[] Targets<T>(Samples samples, int[] order, int leadingDimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] columns = Columns<T>(order.Length * leadingDimension);
        fixed (T* first = columns)
        {
            samples.GatherTargets(order, first, leadingDimension);
        }

        return columns;
    }

    private static T[] Columns<T>(int length)
        where T : INumber<T>
    {
        T[] columns = new T[length];
        Array.Fill(columns, T.CreateChecked(Untouched));
        return columns;
    }
}
